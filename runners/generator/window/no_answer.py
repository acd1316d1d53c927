"""The error of a trial without a right answer."""

from __future__ import annotations

from runners.errors import LoadError
from runners.generator.messages import Order
from runners.generator.pump.tally import Tally
from runners.http.address import Endpoint

SLOW = "ask for a longer window (--duration) or fewer connections: a round of answers takes longer than it"


LOG = "look at the server's log, and try `hotlap verify` on this stack"
SILENT = f"it stopped answering: look for what it waits for (a lock, a pool, a loop that is blocked); {LOG}"


def silent(order: Order, tally: Tally, what: str, *, answered: int | None = None) -> LoadError:
    """The error of a server that left requests without an answer; ``answered``: see ``Failure``."""
    return no_right_answer(order, tally, what, remedy=SILENT, answered=answered)


def no_right_answer(
    order: Order, tally: Tally, what: str, *, remedy: str = SLOW, answered: int | None = None
) -> LoadError:
    """The error of a trial that cannot go on for want of right answers; ``remedy`` where none was wrong."""
    errors = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.errors.items())) or "none"
    example = f"; first: {tally.example}" if tally.example else ""
    return LoadError(
        f"{order.scenario} at {Endpoint(order.host, order.port)}: {what} (errors: {errors}{example})",
        remedy=LOG if tally.errors else remedy,
        answered=answered,
    )
