"""One answer off the fast path: its pieces are compared with the one found right before, else parsed."""

from __future__ import annotations

from runners.generator.pump.ring import RingEntry
from runners.http.pieces import Reads, arrived_ns
from runners.http.response import HEAD_END, ResponseParser
from scenarios.exchange import Answer


class Reply:
    """Collects one answer to ``entry``.

    While a head found right before is followed by bytes that are expected, nothing is copied or parsed: a
    position is enough, and which of the right bodies it may still be. Anything else goes through the full
    parser, from its first byte.
    """

    __slots__ = ("_at", "_entry", "_head", "_reads", "_tails", "keep_alive", "parser")

    def __init__(self, entry: RingEntry) -> None:
        self._entry = entry
        self._tails = entry.tails
        self._head = b""
        self._at = 0
        self._reads = Reads() if entry.watch else None
        self.keep_alive = False
        self.parser: ResponseParser | None = None
        """None where the answer is, so far, byte for byte the one found right before."""

    def feed(self, data: bytes) -> bool:
        """Take what arrived; True once the answer is complete. Raises ProtocolError."""
        if self._reads is not None:
            self._reads.note(len(data))
        if self.parser is not None:
            return self._parse(self.parser, data)
        if not self._head:
            end = data.find(HEAD_END) + len(HEAD_END)
            keep_alive = self._entry.heads.recognise(data[:end])
            if keep_alive is None:
                return self._parse(ResponseParser(self._entry.exchange.request.method), data)
            self._head, data, self.keep_alive = data[:end], data[end:], keep_alive
        if tails := tuple(tail for tail in self._tails if tail.startswith(data, self._at)):
            self._tails = tails
            self._at += len(data)
            return self._at == len(tails[0])
        received = self._head + self._tails[0][: self._at] + data
        return self._parse(ResponseParser(self._entry.exchange.request.method), received)

    def eof(self) -> bool:
        """Take the end of the stream; True where it completes the answer."""
        self.keep_alive = False
        return self.parser is not None and self.parser.eof()

    @property
    def matched(self) -> bytes:
        """The body of the complete answer where it was found right before, else nothing."""
        return self._tails[0] if self.parser is None else b""

    def answer(self, elapsed_s: float) -> Answer | None:
        """The complete answer where it was parsed; None: it is byte for byte the one found right before."""
        return None if self.parser is None else self.parser.answer(elapsed_s)

    def arrivals_ns(self) -> list[int]:
        """When the watched pieces of the complete answer had arrived, monotonic; empty: none is watched."""
        reads, watch = self._reads, self._entry.watch
        if reads is None or watch is None:
            return []
        if self.parser is not None:
            return arrived_ns(reads, self.parser, watch)
        return reads.instants_ns([len(self._head) + mark for mark in self._entry.marks])

    def _parse(self, parser: ResponseParser, data: bytes) -> bool:
        self.parser = parser
        complete = parser.feed(data)
        self.keep_alive = parser.keep_alive
        return complete
