"""Servers that wait though they have CPU to spare: for the kernel, or for something else."""

from __future__ import annotations

from report.analysis.patterns.pattern import Pattern, Seen
from report.analysis.patterns.processes import ONE_WORKER
from report.analysis.patterns.speed_limits import CPU_QUOTA
from report.analysis.validity import generator_bound
from results.model import Load

WAITING_SCENARIOS = frozenset({"delay", "stream", "sse"})
"""Scenarios in which the app waits because it was asked to."""
DELAYED_ACK_S = (0.038, 0.048)
"""Linux delays an acknowledgement by 40 ms (``TCP_DELACK_MIN``), and a request takes a little itself."""
IDLE_SHARE = 0.30
"""A server that uses less of its CPUs is idle while its clients wait."""
WAITING_SHARE = 0.70
"""A server that uses less of its CPUs under closed load waits for something else than a CPU."""
LEAST_WAIT_S = 0.002
"""With few connections a server also sleeps while the client works, and either is woken: some 0.1 ms."""


def _waits_idly(seen: Seen, most: float) -> bool:
    """Whether the server has CPU to spare though every connection waits for it and nobody is in the way.

    What waits for one worker, or for a quota, is explained by that.
    """
    busy, cell = seen.busy, seen.cell
    return (
        cell.load == Load.CLOSED
        and cell.scenario not in WAITING_SCENARIOS
        and busy is not None
        and busy < most
        and seen.cycle_s * (1 - busy) >= LEAST_WAIT_S
        and not any(map(generator_bound, seen.trials))
        and not ONE_WORKER.find(seen)
        and not CPU_QUOTA.find(seen)
    )


def _delayed_ack(seen: Seen) -> str:
    """By the upper quartile of latency: after a rest, the first answer is acknowledged at once."""
    if not _waits_idly(seen, IDLE_SHARE):
        return ""
    quartile_s = float(seen.latency.percentiles([75])[0]) / 1e6
    low, high = DELAYED_ACK_S
    if not low <= quartile_s <= high:
        return ""
    return f"{1000 * quartile_s:.0f} ms a request, the server {100 * (seen.busy or 0):.0f}% busy"


def _waiting(seen: Seen) -> str:
    if not _waits_idly(seen, WAITING_SHARE) or _delayed_ack(seen):
        return ""
    return (
        f"{1000 * seen.cycle_s:.3g} ms a request on each connection, the server "
        f"{100 * (seen.busy or 0):.0f}% busy"
    )


DELAYED_ACK = Pattern(
    name="delayed-ack",
    title="waits about 40 ms with an idle server: delayed ACK meets Nagle",
    evidence=f"Closed load, the upper quartile of latency from {1000 * DELAYED_ACK_S[0]:.0f} to "
    f"{1000 * DELAYED_ACK_S[1]:.0f} ms, and the server less than {IDLE_SHARE:.0%} busy.",
    cause="The server sends an answer in two parts and does not set TCP_NODELAY here: the kernel "
    "holds the second back until the first is acknowledged, which takes 40 ms.",
    remedy="Set TCP_NODELAY in the server, or have it send head and body at once; another loop, or "
    "one worker instead of several, may do so already.",
    find=_delayed_ack,
)
WAITING = Pattern(
    name="waiting",
    title="waits for something else than a CPU",
    evidence=f"Closed load, the server less than {WAITING_SHARE:.0%} busy in its best trial, "
    f"{1000 * LEAST_WAIT_S:.0f} ms of each request unexplained by its work, the generator never the limit, "
    "and no other pattern that tells why.",
    cause="Neither the server nor the load generator was busy, though every connection had a request "
    "under way: the app or the server sleeps, queues, or waits for a lock or a peer.",
    remedy="Look for sleeps, locks, pools that are too small, and calls to other services.",
    find=_waiting,
)
