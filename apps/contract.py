"""The domain that every framework serves: shapes, constants and logic, standard library only.

An app file adds nothing but its framework: routing, parsing, validation, serialisation. What is computed
and what comes back is decided here, so that only the framework's work differs between two stacks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import Any

GROUPS = (
    "plaintext",
    "json",
    "params",
    "orders",
    "orders-raw",
    "items",
    "dependencies",
    "auth",
    "form",
    "upload",
    "static",
    "delay",
    "stream",
    "sse",
    "websocket",
    "delay-threadpool",
    "cpu",
    "cpu-inline",
    "background",
    "json-sync",
    "upstream",
    "db-read",
    "db-many",
    "db-write",
    "orm-page",
    "orm-write",
    "lifespan",
)
"""Route groups in contract order: each is one router, blueprint, controller or include."""
THREAD_GROUPS = ("delay-threadpool", "cpu", "cpu-inline", "json-sync")
"""Groups of ``contract_threads``."""
FILE_GROUPS = ("upload", "static")
"""Groups of ``contract_files``."""

DATABASE_GROUPS = ("db-read", "db-many", "db-write")
"""Those whose routes read or write a database; they stand in companions, ``apps/<name>_data.py``."""
ORM_GROUPS = ("orm-page", "orm-write")
"""Those that do it by an ORM; they stand in companions, ``apps/<name>_orm.py``."""
ROW_GROUPS = (*DATABASE_GROUPS, *ORM_GROUPS)
"""All that need a database."""
CLIENT_GROUPS = ("upstream",)
"""Those whose routes call another service; they stand in companions, ``apps/<name>_client.py``."""

GREETINGS = ("Hello, World!", "Hello, Earth!", "Hello, Globe!", "Hello, Terra!")
"""What answers without input say, the next one on every call: an answer that was made once shows.

In every launch, verified or measured, and so few and of one length that the load knows each right answer.
"""
GREETING = GREETINGS[0]
SALTS = ("SKU", "SKV")
"""What rows of the catalogue are marked with, the next one for every page: a page that was kept shows."""
_HOST = os.environ.get("HOTLAP_HOST", "")
_NAME = f"[{_HOST}]" if ":" in _HOST else _HOST
LISTENING = () if not _HOST else ("*",) if _HOST in {"0.0.0.0", "::"} else (_NAME,)  # noqa: S104
"""Names that this server has beside the loopback interface's, for apps that check them."""
USER_ID_MAX = 2**31 - 1
TURNING_USER_ID = USER_ID_MAX - 1
"""The user whose ``q`` is the next greeting on every call: an answer that was kept for its input shows."""
TURNING_CENTS = 9_999_937
"""An order of this sum costs up to ``SURCHARGE_MAX`` more, the next sum on every call: for that reason."""
SURCHARGE_MAX = 3
LIMIT_DEFAULT, LIMIT_MIN, LIMIT_MAX = 10, 1, 100
QUANTITY_MIN, QUANTITY_MAX = 1, 1000
CENTS_MAX = 10_000_000
PRIORITY_MAX = 9
ITEMS_DEFAULT, ITEMS_MAX = 50, 5000
OFFSET_MAX = 1_000_000
DELAY_MIN_MS, DELAY_MAX_MS = 10, 30
CPU_STEPS, CPU_STEPS_MAX = 5000, 100_000
"""Steps of ``cpu`` where no number is asked, some 0.3 ms of plain Python, and at most."""
STREAM_CHUNK_BYTES = 1024
STREAM_CHUNKS, STREAM_CHUNKS_MAX = 100, 10_000
EVENTS, EVENTS_MAX = 20, 1000
EVENT_INTERVAL_MS, EVENT_INTERVAL_MAX_MS = 10, 1000
COMPRESSED_GROUPS = ("plaintext", "items")
"""What the target of ``compress`` holds."""
GZIP_LEVEL = 6
"""Of ``compress``: the default of zlib, and the only level of Django's middleware."""
FORM_FIELDS = ("name", "email", "subject", "message", "reference")

JWT_SECRET = "a-shared-secret-of-the-track-with-enough-bytes-for-hs256"  # noqa: S105 - a benchmark's fixture
JWT_ALGORITHM = "HS256"

ROUTES_TOTAL = 200
DYNAMIC_INDEX = ROUTES_TOTAL // 2 + 1
"""The dynamic route stands right behind the middle one, so the two differ in kind and not in place."""
DYNAMIC_PREFIX = "/things/"

_greetings, _starts, _salts = cycle(GREETINGS), cycle(range(len(GREETINGS))), cycle(SALTS)
_surcharges = cycle(range(SURCHARGE_MAX + 1))
_uses: dict[str, int] = {}


def mounted() -> tuple[str, ...]:
    """Groups that this launch mounts, in contract order: ``HOTLAP_GROUPS`` or, unset, all of them.

    Those over a database or another service only where there is one.
    """
    wanted = os.environ.get("HOTLAP_GROUPS")
    if wanted is None:
        lacking = set() if "HOTLAP_DATABASE_URL" in os.environ else set(ROW_GROUPS)
        lacking |= set() if "HOTLAP_UPSTREAM_URL" in os.environ else set(CLIENT_GROUPS)
        return tuple(group for group in GROUPS if group not in lacking)
    names = {name for name in wanted.split(",") if name}
    return tuple(group for group in GROUPS if group in names)


def mounts(groups: Iterable[str]) -> bool:
    """Whether this launch mounts one of ``groups``: else it imports nothing that only they need."""
    return not set(mounted()).isdisjoint(groups)


def greeting() -> str:
    """13 ASCII characters: the next of ``GREETINGS`` on every call."""
    return next(_greetings)


def user_items(user_id: int, q: str | None, limit: int) -> dict[str, Any]:
    """Answer of ``params``."""
    if user_id == TURNING_USER_ID:
        q = greeting()
    return {"user_id": user_id, "q": q, "limit": limit}


def total_cents(lines: Iterable[tuple[int, int]]) -> int:
    """Sum of quantity x unit price over (quantity, unit_cents) pairs."""
    total = sum(quantity * unit_cents for quantity, unit_cents in lines)
    return total + next(_surcharges) if total == TURNING_CENTS else total


CITIES = ("Lisbon", "Oslo", "Nairobi", "Quito", "Hanoi", "Perth", "Turin", "Kyoto")


def item_row(index: int, salt: str) -> dict[str, Any]:
    """Row ``index`` of the catalogue, as a database driver would hand it over: about 200 bytes of JSON."""
    return {
        "id": index,
        "sku": f"{salt}-{index:08d}",
        "name": f"Item number {index}",
        "description": f"A thing of quality {index % 7}, packed by {index % 11}.",
        "price_cents": (index * 7919) % 100_000,
        "in_stock": index % 3 != 0,
        "rating": (index % 9 + 1) / 2,
        "tags": ["new", f"tag-{index % 13}"],
        "warehouse": None if index % 10 == 0 else {"id": index % 8, "city": CITIES[index % 8]},
    }


def item_rows(offset: int, n: int) -> Iterator[dict[str, Any]]:
    """``n`` rows from ``offset``, made anew for every request with the next of ``SALTS``."""
    return salted_rows(offset, n, next(_salts))


def salted_rows(offset: int, n: int, salt: str) -> Iterator[dict[str, Any]]:
    """``n`` rows from ``offset`` that are marked with ``salt``."""
    return (item_row(index, salt) for index in range(offset, offset + n))


class Trail:
    """What the nested dependencies of ``dependencies`` share: made once per request by the innermost."""

    __slots__ = ("n", "steps")

    def __init__(self, n: int) -> None:
        self.n = n
        self.steps = ["shared"]

    def step(self, name: str) -> Trail:
        """Note that ``name`` was resolved, and pass the trail on."""
        self.steps.append(name)
        return self


def dependencies_answer(shared: Trail, third: Trail) -> dict[str, Any]:
    """Answer of ``dependencies``: the order of resolution, and whether all of them saw the one ``shared``."""
    return {"n": shared.n, "order": shared.steps, "shared": shared is third}


def route_path(index: int) -> str:
    """Path of route ``index`` of the routing target; the dynamic one as its prefix without parameter."""
    return DYNAMIC_PREFIX if index == DYNAMIC_INDEX else f"/routes/{index:03d}"


def route_answer(index: int) -> dict[str, Any]:
    """Answer of a static route of the routing target."""
    return {"route": index, "message": greeting()}


def thing_answer(thing_id: int) -> dict[str, Any]:
    """Answer of the dynamic route of the routing target."""
    return {"thing_id": thing_id}


def is_revoked(claims: dict[str, Any]) -> bool:
    """Whether a token with these claims was good before and is no more: one with ``uses`` is good so often.

    Asked for every request whose token was decoded. Tokens with ``uses`` carry a ``jti``; a process counts
    its own uses.
    """
    if "uses" not in claims:
        return False
    used = _uses[claims["jti"]] = _uses.get(claims["jti"], 0) + 1
    return bool(used > claims["uses"])


def me(claims: dict[str, Any]) -> dict[str, Any]:
    """Answer of ``auth`` to a good token."""
    return {"sub": claims["sub"], "scope": claims["scope"]}


def delay_answer(ms: int) -> dict[str, Any]:
    """Answer of ``delay``."""
    return {"ms": ms}


def hooked(what: str) -> int:
    """Note that a hook (``start`` or ``stop``) runs in this process, whose number it gives.

    A launch that looks at hooks names the file by ``HOTLAP_HOOKS``: one line a call, with monotonic ns.
    """
    pid = os.getpid()
    if path := os.environ.get("HOTLAP_HOOKS"):
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{pid} {what} {time.monotonic_ns()}\n".encode())
        os.close(file)
    return pid


def hook_state(opened_by: int) -> dict[str, Any]:
    """Answer of ``lifespan``: the process that answers, and the one whose start hook made its state."""
    return {"pid": os.getpid(), "opened_by": opened_by}


def greetings_from(start: int) -> Iterator[str]:
    """All of ``GREETINGS`` over and over, from number ``start``."""
    return cycle(GREETINGS[start:] + GREETINGS[:start])


def stream_chunks(n: int, start: int | None = None) -> Iterator[bytes]:
    """Chunks of ``stream``, each made when it is to be sent: a kilobyte with the next greeting.

    ``start`` is the number of the first greeting; None, as apps call it: another one in every stream.
    """
    greetings = greetings_from(next(_starts) if start is None else start)
    for index in range(n):
        text = f"{index:06d} {next(greetings)} "
        yield text.encode().ljust(STREAM_CHUNK_BYTES - 1, b".") + b"\n"


def events(n: int, start: int | None = None) -> Iterator[dict[str, Any]]:
    """Data of the events of ``sse``, as JSON; an interval of waiting lies between two of them.

    ``start`` as in ``stream_chunks``.
    """
    greetings = greetings_from(next(_starts) if start is None else start)
    return ({"index": index, "message": next(greetings)} for index in range(n))
