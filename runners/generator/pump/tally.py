"""What is counted between two edges: plain numbers that the pump adds to as it goes."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from results.histogram import Latency
from results.model import ErrorKind

KEPT_MOST = 1 << 16
"""Durations that are kept one by one; what is more is counted in a histogram, so that memory has a limit."""
FOLDED_AT_ONCE = 1 << 13
"""So many go into the histogram at once: that takes some tenths of a millisecond, and delays the load."""
FORMS_LEAST = 24
"""So many answers are looked at before they are said to be always the same."""
DURATIONS = ("latencies_ns", "lateness_ns", "first_ns", "jitter_ns")
"""Attributes of a tally that hold durations one by one."""


@dataclass(slots=True)
class Folded:
    """Durations as a histogram, with the count and the sum that it cannot give."""

    histogram: Latency = field(default_factory=Latency)
    count: int = 0
    sum_ns: int = 0

    def add(self, values_ns: array[int]) -> None:
        """Count ``values_ns`` too."""
        values = np.array(values_ns, dtype=np.int64)
        self.histogram.record_ns(values)
        self.count += len(values)
        self.sum_ns += int(values.sum())

    def merge(self, other: Folded) -> None:
        """Count all of ``other`` too."""
        self.histogram = Latency.merge([self.histogram, other.histogram])
        self.count += other.count
        self.sum_ns += other.sum_ns


class Tally:
    """Counts of one window, and the latency of each of its right answers.

    Durations are kept one by one up to ``KEPT_MOST``; ``fold_surplus`` counts earlier ones in histograms.
    """

    __slots__ = (
        "checked_full",
        "connections_opened",
        "errors",
        "example",
        "failed_ns",
        "first_ns",
        "folded",
        "forms",
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
        """Of every right answer that was not folded, in order."""
        self.folded: dict[str, Folded] = {}
        """Durations that are no longer kept one by one, by the attribute that held them."""
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
        self.forms: Counter[int] = Counter()
        """Of right answers that were looked at: which of the bodies that the contract rotates they were."""
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

    @property
    def right(self) -> int:
        """Right answers."""
        folded = self.folded.get("latencies_ns")
        return len(self.latencies_ns) + (folded.count if folded else 0)

    def durations(self, name: str) -> Folded:
        """All that the attribute ``name`` ever held."""
        whole = Folded()
        if folded := self.folded.get(name):
            whole.merge(folded)
        whole.add(getattr(self, name))
        return whole

    def fold_surplus(self) -> None:
        """Where more durations are kept one by one than should be, fold some of the first ones."""
        for name in DURATIONS:
            values_ns = getattr(self, name)
            if len(values_ns) > KEPT_MOST:
                self.folded.setdefault(name, Folded()).add(values_ns[:FOLDED_AT_ONCE])
                del values_ns[:FOLDED_AT_ONCE]  # in place: the pump holds on to it

    def add(self, *, idle_ns: int, waited_ns: int, received: int, sent: int = 0) -> None:
        """Add what a loop has summed up on its own."""
        self.idle_ns += idle_ns
        self.waited_ns += waited_ns
        self.received += received
        self.sent += sent

    def merge(self, other: Tally) -> None:
        """Add all that ``other`` counted."""
        for name in (*DURATIONS, "quarters"):
            getattr(self, name).extend(getattr(other, name))
        for name, folded in other.folded.items():
            self.folded.setdefault(name, Folded()).merge(folded)
        for name in (
            *("in_line", "failed_ns", "idle_ns", "waited_ns", "received", "sent"),
            *("connections_opened", "stale", "checked_full"),
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors.update(other.errors)
        self.forms.update(other.forms)
        self.example = self.example or other.example

    def refuse_kept(self) -> None:
        """Count an error where the contract rotates what is answered and all that was looked at was the same.

        Whoever makes its answers anew is found guilty once in ``2 ** (FORMS_LEAST - 1)`` times, or less.
        """
        looks = self.forms.total()
        if looks >= FORMS_LEAST and len(self.forms) == 1:
            detail = f"always the same of what the contract rotates, looked at {looks} times under load"
            self.error(ErrorKind.WRONG_ANSWER, detail, 0)

    def error(self, kind: str, detail: str, elapsed_ns: int) -> None:
        """Count a request that gave no right answer."""
        self.errors[kind] += 1
        self.failed_ns += elapsed_ns
        self.example = self.example or f"{kind}: {detail}"
