"""The ring of requests that connections walk, and what is known of each one's right answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from runners.http.methods import IDEMPOTENT
from runners.http.pieces import wire_marks
from runners.http.response import HEAD_END, ResponseParser
from runners.http.web_socket import frames
from scenarios.exchange import Exchange

GOLDEN = 0.6180339887498949
"""Share of a ring between the places of two neighbours: its multiples fill a circle evenly."""
MOST_HEADS = 4096
"""Heads kept per kind; where every head is new, every answer goes through the full parser."""

NO_HEADS: frozenset[bytes] = frozenset()

_DATE = re.compile(
    rb"(?<=\r\n)(date: )"
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    rb" \d\d:\d\d:\d\d GMT(?=\r\n)",
    re.IGNORECASE,
)


class Heads:
    """Heads found right, byte for byte, for answers of one status, media type and length.

    A head that differs from one of them in nothing but the time of its ``Date`` is right as well, so
    that the one new head of a second does not cost a check of every entry.
    """

    __slots__ = ("_shapes", "alive", "closing")

    def __init__(self) -> None:
        self.alive: set[bytes] = set()
        """Heads after which the connection lives on."""
        self.closing: set[bytes] = set()
        """Heads after which the server closes the connection."""
        self._shapes: dict[bytes, bool] = {}

    def learn(self, head: bytes, *, keep_alive: bool) -> None:
        """Keep a head that came with a right answer."""
        heads = self.alive if keep_alive else self.closing
        if len(heads) >= MOST_HEADS:
            heads.clear()
        heads.add(head)
        if len(self._shapes) >= MOST_HEADS:
            self._shapes.clear()
        self._shapes[_dateless(head)] = keep_alive

    def recognise(self, head: bytes) -> bool | None:
        """Whether the connection lives on after this head; None where it was never found right."""
        if head in self.alive:
            return True
        if head in self.closing:
            return False
        keep_alive = self._shapes.get(_dateless(head))
        if keep_alive is not None:
            self.learn(head, keep_alive=keep_alive)
        return keep_alive


def _dateless(head: bytes) -> bytes:
    return _DATE.sub(rb"\1", head)


class RingEntry:
    """One request of the ring, encoded, and its exact answer once one was found right."""

    __slots__ = (
        "cut",
        "exchange",
        "heads",
        "idempotent",
        "known",
        "marks",
        "min_elapsed_ns",
        "next",
        "previous",
        "request",
        "size",
        "tails",
        "watch",
    )

    def __init__(self, exchange: Exchange, host: str) -> None:
        self.exchange = exchange
        self.request = (
            frames(exchange.messages, masked=True) if exchange.messages else exchange.request.encode(host)
        )
        self.size = len(self.request)
        self.idempotent = exchange.request.method in IDEMPOTENT and not exchange.messages
        self.min_elapsed_ns = round(exchange.min_elapsed_s * 1e9)
        self.next = self.previous = self
        self.heads = Heads()
        self.known: AbstractSet[bytes] = self.heads.alive
        """Heads behind which ``tails`` alone tell a right answer; none before the first was checked."""
        self.watch = exchange.watch
        self.marks: tuple[int, ...] = ()
        """Where in ``tails`` the pieces end whose arrival is watched."""
        self.tails: tuple[bytes, ...] = ()
        """What may stand behind the head, of one length, sorted: right bodies as they stand on the wire."""
        self.cut: int | None = None
        """``data[:cut]`` is the head of a whole answer."""
        if exchange.messages:  # an echo has no head, and is known before it comes
            self.heads.alive.add(b"")
            self.expect(frames(exchange.messages, masked=False), self.heads)

    def form(self, data: bytes) -> int | None:
        """Which of several right bodies ``data`` ends with; None: with none, or there are not several."""
        if len(self.tails) > 1:
            return next((place for place, tail in enumerate(self.tails) if data.endswith(tail)), None)
        return None

    def expect(self, tail: bytes, heads: Heads) -> None:
        """Compare with ``tail``, and what is as right, behind one of ``heads`` from now on.

        Off the fast path where it is watched.
        """
        turned = self.exchange.turned
        self.tails = tuple(sorted(turned(tail))) if turned else (tail,)
        self.cut = -len(tail) or None
        self.heads = heads
        self.known = NO_HEADS if self.watch else heads.alive


class Ring:
    """All entries of a trial, linked into a circle."""

    def __init__(self, exchanges: Sequence[Exchange], host: str) -> None:
        if not exchanges:
            raise ValueError("a ring without exchanges")
        self.entries = tuple(RingEntry(exchange, host) for exchange in exchanges)
        for entry, following in zip(self.entries, (*self.entries[1:], self.entries[0]), strict=True):
            entry.next, following.previous = following, entry
        self.unasked = list(reversed(self.entries))
        """Entries that no connection has asked for yet, the next one last."""
        self.host = host
        """What requests name as theirs."""
        self._heads: dict[tuple[int, str | None, int], Heads] = {}

    def home(self, place: int) -> RingEntry:
        """Where connection number ``place`` begins its walk: neighbours begin far from each other."""
        return self.entries[int(place * GOLDEN % 1 * len(self.entries))]

    def learn(self, entry: RingEntry, parser: ResponseParser) -> None:
        """Keep an answer that the semantic check found right; later ones are compared with it byte for byte.

        Not kept is one that cannot be recognised again by its bytes alone: behind interim responses, or
        ended by the end of the stream.
        """
        if parser.interim or not parser.framed:
            return
        head, end, tail = parser.raw.partition(HEAD_END)
        media = next((value for name, value in parser.headers if name == "content-type"), None)
        heads = self._heads.setdefault((parser.status, media, len(tail)), Heads())
        heads.learn(head + end, keep_alive=parser.keep_alive)
        entry.expect(tail, heads)
        if entry.watch:
            entry.marks = wire_marks(tail, entry.watch, chunked=parser.chunked)
