"""Seeded inputs that several scenarios draw from: words, texts, and rings with an exact share of bad ones."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar
from urllib.parse import quote

from scenarios.exchange import Check, Exchange, Request, Turned, Watch

T = TypeVar("T")

RING = 80
"""Entries of a usual ring: 5% and 20% of it are whole numbers."""
WIDE_RING = 2600
"""Entries where a framework could remember inputs instead of parsing them: paths, queries and forms.

Litestar keeps the last 1,024 of each. Connections begin apart by the golden section: with any number of them,
half of the ring at least is asked before an input comes again.
"""

TIMER_TICK_MS = 1
"""By so much a wait may end early: timers of libuv (uvloop) count whole milliseconds.

Under uvloop one sleep in ten ended up to 0.5 ms early, seen from outside; under asyncio's own loop none did.
"""

WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbour", "indigo", "juniper"),
    *("kestrel", "lantern", "meadow", "nimbus", "orchard", "pepper", "quartz", "river", "saffron", "timber"),
)
UNICODE_WORDS = ("Zoë", "Łódź", "smörgås", "крейда", "東京", "ελιά", "café ☕", "naïve & co", "50% = ½", "😀")


def words(random: Random, n: int) -> str:
    """``n`` plain words in a row."""
    return " ".join(random.choice(WORDS) for _ in range(n))


def query(**fields: str | int | None) -> str:
    """Query string with its question mark, percent-encoded (a space as ``%20``); None leaves a field out."""
    pairs = [f"{name}={quote(str(value), safe='')}" for name, value in fields.items() if value is not None]
    return "?" + "&".join(pairs) if pairs else ""


def get(
    target: str,
    check: Check,
    about: str = "",
    *,
    min_elapsed_s: float = 0.0,
    watch: Watch | None = None,
    turned: Turned | None = None,
) -> Exchange:
    """Make a GET and its check."""
    return Exchange(
        request=Request(target=target),
        check=check,
        about=about,
        min_elapsed_s=min_elapsed_s,
        watch=watch,
        turned=turned,
    )


def mixed(random: Random, good: Sequence[T], bad: Sequence[T]) -> tuple[T, ...]:
    """All of ``good`` and ``bad`` in a random order that begins with a good one."""
    rest = [*good[1:], *bad]
    random.shuffle(rest)
    return (good[0], *rest)
