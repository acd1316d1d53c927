"""When the pieces of an answer arrived: from what each read brought, and where on the wire a piece ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from time import monotonic_ns

from runners.http.response import HEAD_END, ResponseParser
from scenarios.exchange import Watch


class Reads:
    """How much had arrived of one answer, and when."""

    __slots__ = ("_at_ns", "_totals")

    def __init__(self) -> None:
        self._totals: list[int] = []
        self._at_ns: list[int] = []

    def note(self, size: int) -> None:
        """``size`` bytes more arrived just now."""
        self._totals.append(size + (self._totals[-1] if self._totals else 0))
        self._at_ns.append(monotonic_ns())

    def instants_ns(self, marks: Sequence[int]) -> list[int]:
        """When the bytes before each mark had arrived, monotonic; marks count from the first byte, rising."""
        return [self._at_ns[bisect_left(self._totals, mark)] for mark in marks]


def arrived_ns(reads: Reads, parser: ResponseParser, watch: Watch) -> list[int]:
    """When each watched piece of a complete answer had arrived; none behind interim responses."""
    if parser.interim:
        return []
    head, end, tail = parser.raw.partition(HEAD_END)
    marks = wire_marks(tail, watch, chunked=parser.chunked)
    return reads.instants_ns([len(head) + len(end) + mark for mark in marks])


def wire_marks(tail: bytes, watch: Watch, *, chunked: bool) -> tuple[int, ...]:
    """Where on the wire, counted from the end of the head, the last byte of each watched piece stands.

    ``tail`` is a whole and right body as it was sent, with its chunked coding.
    """
    if not chunked:
        return tuple(watch.ends(tail))
    spans = tuple(_spans(tail))
    body_ends = [0]
    for begin, end in spans:
        body_ends.append(body_ends[-1] + end - begin)
    body = b"".join(tail[begin:end] for begin, end in spans)
    marks = []
    for end in watch.ends(body):
        chunk = bisect_left(body_ends, end) - 1
        marks.append(spans[chunk][0] + end - body_ends[chunk])
    return tuple(marks)


def _spans(tail: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of the data of each chunk."""
    at = 0
    while True:
        end_of_size = tail.index(b"\r\n", at)
        size = int(tail[at:end_of_size].partition(b";")[0], 16)
        if not size:
            return
        begin = end_of_size + 2
        yield begin, begin + size
        at = begin + size + 2


def jitter_ns(instants_ns: Sequence[int], interval_s: float) -> list[int]:
    """How much each gap between two arrivals differed from the interval intended."""
    interval_ns = round(interval_s * 1e9)
    return [abs(later - earlier - interval_ns) for earlier, later in pairwise(instants_ns)]
