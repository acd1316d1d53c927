"""What is counted between two edges: plain numbers that the pump adds to as it goes."""

from __future__ import annotations

from array import array
from collections import Counter


class Tally:
    """Counts of one window, and the latency of each of its right answers."""

    __slots__ = (
        "checked_full",
        "errors",
        "example",
        "failed_ns",
        "first_ns",
        "idle_ns",
        "in_line",
        "jitter_ns",
        "latencies_ns",
        "lateness_ns",
        "opened",
        "quarters",
        "received",
        "sent",
        "stale",
        "waited_ns",
    )

    def __init__(self) -> None:
        self.latencies_ns = array("q")
        """One for every right answer, in order."""
        self.quarters: list[int] = []
        """Right answers of each quarter of a window."""
        self.lateness_ns = array("q")
        """Open load: for every arrival, how late it was attended to: sent, or put in line."""
        self.in_line = 0
        """Open load: arrivals that found no free connection."""
        self.first_ns = array("q")
        """For every right answer that is watched, when its first piece had arrived."""
        self.jitter_ns = array("q")
        """For every gap between two watched pieces, how much it differed from the interval intended."""
        self.errors: Counter[str] = Counter()
        self.example = ""
        """The first error in words."""
        self.failed_ns = 0
        """Sum of the time that requests were in flight which gave no right answer."""
        self.idle_ns = 0
        """Time within the poll."""
        self.waited_ns = 0
        """Sum over right answers of the time from the poll's return to their processing."""
        self.received = 0
        self.sent = 0
        self.opened = 0
        self.stale = 0
        self.checked_full = 0

    def error(self, kind: str, detail: str, elapsed_ns: int) -> None:
        """Count a request that gave no right answer."""
        self.errors[kind] += 1
        self.failed_ns += elapsed_ns
        self.example = self.example or f"{kind}: {detail}"
