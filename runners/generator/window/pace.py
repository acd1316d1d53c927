"""How many requests fill a turn of one server."""

from __future__ import annotations

from dataclasses import dataclass

LEAD_IN_S, LONGEST_LEAD_IN_S = 0.005, 0.01
"""A server is asked for so long before each turn, which does not count: behind the turns of others it begins
with cold caches, and is 3 to 5% slower (docs/adr/0013). The longer one is the most where connections still
wait for their first answer after the other."""


@dataclass(slots=True)
class Pace:
    """Sizes the next turn by all turns until now.

    What the turns before the first one that counts tell is the speed of one moment. A turn that is longer
    than those of others loses a smaller part of it to starting, so a size that never changed would tilt the
    ratios of its whole leg.
    """

    turn_s: float
    """How long a turn is to be."""
    least: int
    """Requests of a turn at least, so that all of a wave is in it."""
    requests: float = 0.0
    seconds: float = 0.0
    """Of all turns until now; what came before the first one that counts is worth one turn."""

    @property
    def answers(self) -> int:
        """Requests of the next turn."""
        if not self.requests:
            return self.least
        return max(self.least, round(self.requests / self.seconds * self.turn_s))

    def in_time(self, seconds: float) -> int:
        """Requests that are answered in so many seconds, at least one."""
        return max(1, round(self.requests / self.seconds * seconds)) if self.requests else self.least

    def lead_in(self, connections: int) -> int:
        """Requests before the next turn, which do not count."""
        return max(self.in_time(LEAD_IN_S), min(connections, self.in_time(LONGEST_LEAD_IN_S)))

    @property
    def expected_s(self) -> float:
        """How long the next turn is to take: longer than asked for where ``least`` requests take longer."""
        if not self.requests:
            return self.turn_s
        return max(self.turn_s, self.least * self.seconds / self.requests)

    def begin(self, requests: float, span_s: float) -> None:
        """What was asked before the turns that count; the fastest is kept: a standstill says nothing."""
        rate_rps = requests / span_s
        if rate_rps * self.turn_s > self.requests:
            self.requests, self.seconds = rate_rps * self.turn_s, self.turn_s

    def note(self, requests: int, span_s: float) -> None:
        """A turn that counts."""
        self.requests += requests
        self.seconds += span_s
