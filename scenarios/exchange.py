"""A request and its right answer: the types that every scenario is written in."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

SWITCHED = 101
"""Status of the answer that opens a WebSocket."""
NORMAL_END = 1000
"""Code that a WebSocket is closed with at its normal end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP/1.1 request, before it is addressed to a host."""

    method: str = "GET"
    target: str
    """Path and query, already percent-encoded."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def encode(self, host: str) -> bytes:
        """Bytes on the wire, kept alive, with ``Content-Length`` where there is a body."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body is not None:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + (self.body or b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One complete HTTP response as it arrived."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in order of arrival."""
    body: bytes
    elapsed_s: float = 0.0
    """From handing over the request to the last byte."""
    messages: tuple[str | bytes, ...] = ()
    """What came back over a WebSocket, in order."""
    close_code: int | None = None
    """What the server closed a WebSocket with; None: it is open, or was none."""
    pieces: int = 0
    """In how many pieces the server sent the body, as its chunked coding says; 0: it was not chunked."""
    arrivals_s: tuple[float, ...] = ()
    """When each piece that ``Exchange.watch`` names had arrived whole, since handing over the request."""

    def header(self, name: str) -> str | None:
        """First value of ``name`` (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    def content(self) -> bytes:
        """The body without its content coding (gzip is known); empty where it is not coded as said."""
        if self.header("content-encoding") is None:
            return self.body
        try:
            return gzip.decompress(self.body)
        except (OSError, EOFError, zlib.error):
            return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Which pieces of an answer have their arrival recorded, and not only that of the whole."""

    ends: Callable[[bytes], Sequence[int]]
    """Where in a body each piece ends, rising."""
    interval_s: float | None = None
    """Intended between two pieces; a gap's difference from it is jitter. None: any gap is right."""


Check = Callable[[Answer], str | None]
"""Says what is wrong with an answer, in words for a person; None: it is right."""


Turned = Callable[[bytes], tuple[bytes, ...]]
"""Makes of a right body, as it stands on the wire, every body that the contract's rotation may give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and the check of its answer."""

    request: Request
    check: Check
    about: str = ""
    """What is special about it, for messages: ``limit above its range``."""
    min_elapsed_s: float = 0.0
    """An answer faster than this is wrong, checked on every response (``delay``)."""
    messages: tuple[str | bytes, ...] = ()
    """WebSocket: sent at once when ``request`` has opened one; as many are awaited. Empty: plain HTTP."""
    watch: Watch | None = None
    """Pieces of the answer whose arrival is recorded; None: only the whole answer counts."""
    turned: Turned | None = None
    """Makes of one right body all that are right, of one length; None: there is no other one."""
    alike: bool = True
    """All stacks answer the same; False: the contract leaves a choice, and right answers are not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """A request whose answer the contract leaves open: reported as a finding, never a failure."""

    request: Request
    about: str
    place: tuple[str | int, ...] = ()
    """Path to where a JSON answer shows what became of the input; empty: the answer as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A request that is right at first, and the same request once it has lapsed."""

    make: Callable[[Random, int], tuple[Exchange, Exchange]]
    """Before and afterwards; it lapses at an instant (Unix, s)."""
    by_use: bool = False
    """It lapses at once by being asked, in each process of a server for itself, and not at the instant."""


SERVICES = frozenset({"database", "upstream"})
"""What a scenario may need besides a stack: started by hotlap, where a chosen scenario asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What requests leave behind in a service, each as a question (SQL of a database) that gives a number."""

    count: str
    """Grows by one with every right answer."""
    noun: str
    """What it counts, for messages: ``changes in the database``."""
    wrong: str = ""
    """Rows that are otherwise than any request leaves them; empty: nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """A row that is changed behind an app's back (SQL of a database), and what is right around that."""

    change: str
    undo: str
    before: Exchange
    """Also behind ``undo``."""
    afterwards: Exchange
    """The same request behind ``change``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A request whose answer promises a task, which a server runs behind it and notes."""

    exchange: Exchange
    task: int
    """What the task is noted as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Requests that are made of the answer to another one."""

    first: Exchange
    then: Callable[[Answer], tuple[Exchange, ...]]
    """What is asked once the answer to ``first`` was right."""


Ring = Callable[[Random], tuple[Exchange, ...]]
"""Seeded inputs: same seed, same exchanges."""


def no_inputs(_random: Random) -> tuple[Any, ...]:
    """No exchanges, and no oddities."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A workload: what is sent, what a right answer is, and what a stack needs for it."""

    name: str
    title: str
    """What it asks of a stack, as one short phrase."""
    group: str | None
    """Route group that a launch mounts for it; None where its target brings its own routes."""
    family: str = ""
    """What an app declares it under; empty: its group, or its target where it has no group."""
    ring: Ring
    """Timed exchanges, at most 16 MB of answers."""
    probes: Ring = no_inputs
    """Further exchanges: edges of the range, bad input."""
    overlapping: Exchange | None = None
    """Waits for its ``min_elapsed_s``; on an event loop, several at once take the time of one."""
    pooled: bool = False
    """Its handler waits in a thread: a server has more of them while it is asked often at once."""
    turning: Exchange | None = None
    """Has an input, and is answered otherwise on every call: what was kept for its input shows."""
    lapses: tuple[Lapse, ...] = ()
    """Requests that are good for a time and must be refused afterwards."""
    deferred: Callable[[Random], Deferred] | None = None
    """Makes a request whose task lasts long enough to be seen behind its answer; None: it defers nothing."""
    following: Following | None = None
    oddities: Callable[[Random], tuple[Oddity, ...]] = no_inputs
    target: str = "default"
    """Key of ``[tool.hotlap.targets.<interface>]`` in the app file."""
    needs: str = "http"
    """Capability of a stack (``http``, ``websocket``, ``lifespan``, ``asgi``), or one of ``SERVICES``."""
    queries: tuple[tuple[str, int], ...] = ()
    """What one right answer makes the database do: verbs with how often. Transactions and pings are not
    counted, for they are the framework's own affair. Empty: not looked at."""
    effects: Effects | None = None
    """What right answers leave behind in the database; None: nothing."""
    atomic: bool = False
    """One right answer has all its statements that count in one transaction, which is committed."""
    changing: Changing | None = None
    """A row whose change must be seen in the next answer; None: not looked at."""
    varies: bool = False
    """The contract rotates what the first entry of the ring is answered: the same request, another answer."""
    connections: tuple[int, ...] | None = None
    """Its own default numbers of connections; None: the run's."""
    expected_rps: float | None = None
    """Answers a second expected of one worker of most stacks, where trials take longer for it; None: many."""
    parts: tuple[Part, ...] = ()
    """Scenarios whose requests it mixes, all of which a launch mounts; empty: it mixes none."""
    beside: Exchange | None = None
    """Small request that is asked now and then while the load lasts, to show what others wait."""
    beside_group: str | None = None
    """Route group of that request, mounted too; None: what is mounted for the scenario has it."""
    default: bool = True
    """False: only measured when it is named, and only of apps that implement it or say why not."""
    quick: bool = False
    """Part of the quick matrix."""
    quick_rate_rps: float | None = None
    """In the quick matrix also an open load at this rate, low enough for every stack; None: closed only."""
    turns: bool = True
    """Whether a server can be loaded from rest to rest within some tens of milliseconds."""
    counted: tuple[str, ...] = ()
    """Cells of its own that a gate counts unless told otherwise: globs over ``framework--server``."""
    sentinel: tuple[str, ...] = ()
    """Cells of its own that a gate loads unless told otherwise: globs over ``framework--server``."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Route groups that a launch mounts for it: its own, that of ``beside``, and those of its parts."""
        mounted = (self.group, self.beside_group, *(part.scenario.group for part in self.parts))
        return tuple(group for group in mounted if group is not None)

    @property
    def shares(self) -> tuple[Part, ...]:
        """Its parts; itself alone where it has none."""
        return self.parts or (Part(self, 100),)


class Part(NamedTuple):
    """A scenario within another."""

    scenario: Scenario
    percent: int
    """Of the requests of the whole."""


def same(want: object, got: object, where: str = "$") -> str | None:
    """First type-strict difference between two JSON values as ``path: ...``, or None.

    ``3`` is not ``3.0``, ``True`` is not ``1``; order of keys does not matter.
    """
    # Equal text means equal types and values, seen ten times as fast as by walking through both.
    if json.dumps(want, sort_keys=True) == json.dumps(got, sort_keys=True):
        return None
    return _difference(want, got, where)


def _difference(want: object, got: object, where: str) -> str | None:
    if type(want) is not type(got):
        return f"{where}: wanted {_short(want)}, got {_short(got)}"
    if isinstance(want, dict) and isinstance(got, dict):
        if want.keys() != got.keys():
            missing, extra = sorted(want.keys() - got.keys()), sorted(got.keys() - want.keys())
            return f"{where}: missing fields {missing}, extra fields {extra}"
        pairs: Any = ((want[key], got[key], f"{where}.{key}") for key in want)
    elif isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            return f"{where}: wanted {len(want)} elements, got {len(got)}"
        pairs = ((w, g, f"{where}[{i}]") for i, (w, g) in enumerate(zip(want, got, strict=True)))
    else:
        return None if want == got else f"{where}: wanted {_short(want)}, got {_short(got)}"
    return next((difference for w, g, path in pairs if (difference := _difference(w, g, path))), None)


def _short(value: object) -> str:
    text = f"{type(value).__name__} {value!r}"
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 - a line of a terminal


def parse_json(body: bytes) -> tuple[object, str | None]:
    """(value, None), or (None, what is wrong); NaN, Infinity and repeated keys are no JSON."""

    def refuse(name: str) -> object:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(body.decode("utf-8"), parse_constant=refuse, object_pairs_hook=_unrepeated), None
    except (ValueError, RecursionError) as error:
        return None, f"not JSON in UTF-8 ({error}): {body[:80]!r}"


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is repeated")
    return value
