"""Connections: more than a server serves, more than it serves well, and some that it does not keep."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from report.analysis.metrics import THROUGHPUT
from report.analysis.patterns.pattern import Pattern, Seen
from results.model import Load, Trial

FALLING_SHARE = 0.15
"""Throughput falls with more connections where it is lower by more than this."""
SAME_LIMIT_SHARE = 0.05
"""A limit of connections is the same in every launch, but for so much of it."""
KEPT_REQUESTS = 1.5
"""A server that closes a connection after fewer requests keeps none, which is told elsewhere."""
ASKED_MARGIN = 1.5
"""Where the client closes connections itself, so many times as many may be opened as that makes."""


def _falling(seen: Seen) -> str:
    """Fewer connections of the same cell that were served better, where the intervals say so."""
    level, cell = seen.summary.level(THROUGHPUT), seen.cell
    if cell.load != Load.CLOSED or level is None or level.high is None:
        return ""
    for other in (neighbour.summary for neighbour in seen.others):
        fewer, best = other.cell, other.level(THROUGHPUT)
        same = replace(fewer, connections=cell.connections) == cell
        if not same or other.in_turns != seen.summary.in_turns:  # turns and windows are never compared
            continue
        if fewer.connections >= cell.connections or best is None or best.low is None:
            continue
        if level.value < (1 - FALLING_SHARE) * best.value and level.high < best.low:
            return (
                f"{level.value:,.0f} requests/s over {cell.connections:,} connections, "
                f"{best.value:,.0f} over {fewer.connections:,}"
            )
    return ""


def _limit(seen: Seen) -> str:
    """By failures: where some connections hang, there is no window."""
    answered = [failure.answered for failure in seen.failures]
    served = [count for count in answered if count]
    if not served or len(served) < len(answered):
        return ""
    if max(served) - min(served) > SAME_LIMIT_SHARE * max(served):
        return ""
    launches = f" in each of {len(served)} launches" if len(served) > 1 else ""
    limit, connections = round(median(served)), seen.cell.connections
    return f"{limit:,} of {connections:,} connections were served, the others hung{launches}"


def _closed(trial: Trial) -> float:
    """Connections that the server closed unasked: opened again within the window, or closed at rest.

    Those that failed, and those that the client was to close, are taken off.
    """
    at_rest = trial.stale if trial.turns else 0
    asked = 0.0 if trial.cell.reuse is None else ASKED_MARGIN * trial.requests / trial.cell.reuse
    return trial.connections_opened + at_rest - asked - sum(trial.errors.values())


def _early_close(seen: Seen) -> str:
    closed, requests = sum(map(_closed, seen.trials)), sum(trial.requests for trial in seen.trials)
    if median(map(_closed, seen.trials)) < 1 or requests < KEPT_REQUESTS * closed:
        return ""
    restarted = ", and its processes changed" * any(trial.processes_changed for trial in seen.trials)
    kept = (
        f"kept for {seen.plan.setup.keep_alive_s} s when idle"
        if seen.cell.reuse is None
        else f"closed by the client after {seen.cell.reuse:,} requests"
    )
    return (
        f"the server closed {closed:,.0f} connections in {len(seen.trials)} trials, one every "
        f"{requests / closed:,.0f} requests{restarted}; they were to be {kept}"
    )


FALLING = Pattern(
    name="falling-throughput",
    title="serves less the more connections there are",
    evidence="Closed load over fewer connections of the same cell gave a throughput that is over "
    f"{FALLING_SHARE:.0%} higher, with intervals apart.",
    cause="Every connection costs something even when it waits, or a limit of connections is reached "
    "and those beyond it wait or are refused.",
    remedy="Look at the server's limits (worker_connections, backpressure, backlog), and at how it "
    "looks for the next request.",
    find=_falling,
)
LIMIT = Pattern(
    name="connection-limit",
    title="serves so many connections and lets the others hang",
    evidence="In every launch of a cell that could not be measured, some connections were answered and "
    "answered again, about as many each time, while the others were accepted and neither answered nor "
    "refused.",
    cause="The server stops accepting at a limit (worker_connections of gunicorn, --backpressure of granian, "
    "its threads where each serves one connection); the kernel goes on taking connections into the "
    "backlog, where they wait for one of the others to be closed.",
    remedy="Raise the limit above the number of clients, start more workers, or use fewer --connections.",
    find=_limit,
    of_failures=True,
)
EARLY_CLOSE = Pattern(
    name="early-close",
    title="closes connections sooner than asked",
    evidence="At least one connection in the median trial was closed by the server, without an error and "
    f"sooner than asked, and each served over {KEPT_REQUESTS:g} requests: a server that keeps none is "
    "flagged instead.",
    cause="A limit of requests a connection or a worker (max_requests), or of idle time, is reached: clients "
    "connect anew, which costs both sides, and a request that meets the closing is sent twice.",
    remedy="Raise the server's limits (keep-alive timeout, requests a connection, max_requests) above what "
    "clients and proxies before it use.",
    find=_early_close,
)
