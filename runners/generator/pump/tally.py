"""What is counted between two edges: plain numbers that the pump adds to as it goes."""

from __future__ import annotations

from array import array
from collections import Counter


class Tally:
    """Counts of one window, and the latency of each of its right answers."""

    __slots__ = (
        "checked_full",
        "connections_opened",
        "errors",
        "example",
        "failed_ns",
        "first_ns",
        "idle_ns",
        "in_line",
        "jitter_ns",
        "latencies_ns",
        "lateness_ns",
        "quarters",
        "received",
        "sent",
        "stale",
        "waited_ns",
    )

    def __init__(self) -> None:
        self.latencies_ns = array("q")
        """Of every right answer, in order."""
        self.quarters: list[int] = []
        """Right answers of each quarter of a window."""
        self.lateness_ns = array("q")
        """Open load: for every arrival, how late it was attended to: sent, or put in line."""
        self.in_line = 0
        """Open load: arrivals that found no free connection."""
        self.first_ns = array("q")
        """For every right answer that is watched, how long its first piece took to arrive."""
        self.jitter_ns = array("q")
        """For every gap between two watched pieces, how much it differed from the interval intended."""
        self.errors: Counter[str] = Counter()
        self.example = ""
        """The first error in words."""
        self.failed_ns = 0
        """Time in flight of requests that gave no right answer, summed up."""
        self.idle_ns = 0
        """Time within the poll."""
        self.waited_ns = 0
        """Time from the poll's return to the processing of right answers, summed up."""
        self.received = 0
        self.sent = 0
        self.connections_opened = 0
        self.stale = 0
        self.checked_full = 0

    def add(self, *, idle_ns: int, waited_ns: int, received: int, sent: int = 0) -> None:
        """Add what a loop has summed up on its own."""
        self.idle_ns += idle_ns
        self.waited_ns += waited_ns
        self.received += received
        self.sent += sent

    def merge(self, other: Tally) -> None:
        """Add all that ``other`` counted."""
        for name in ("latencies_ns", "lateness_ns", "first_ns", "jitter_ns", "quarters"):
            getattr(self, name).extend(getattr(other, name))
        for name in (
            *("in_line", "failed_ns", "idle_ns", "waited_ns", "received", "sent"),
            *("connections_opened", "stale", "checked_full"),
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors.update(other.errors)
        self.example = self.example or other.example

    def error(self, kind: str, detail: str, elapsed_ns: int) -> None:
        """Count a request that gave no right answer."""
        self.errors[kind] += 1
        self.failed_ns += elapsed_ns
        self.example = self.example or f"{kind}: {detail}"
