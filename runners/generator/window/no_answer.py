"""The error of a trial without a right answer."""

from __future__ import annotations

from runners.errors import LoadError
from runners.generator.messages import Order
from runners.generator.pump.tally import Tally
from runners.http.address import Endpoint

SLOW = "ask for a longer window (--duration) or fewer connections: a round of answers takes longer than it"


def no_right_answer(order: Order, tally: Tally, what: str, *, answered: int | None = None) -> LoadError:
    """The error of a trial that cannot go on for want of right answers; ``answered``: see ``Failure``."""
    errors = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.errors.items())) or "none"
    example = f"; first: {tally.example}" if tally.example else ""
    return LoadError(
        f"{order.scenario} at {Endpoint(order.host, order.port)}: {what} (errors: {errors}{example})",
        remedy="look at the server's log, and try `hotlap verify` on this stack" if tally.errors else SLOW,
        answered=answered,
    )
