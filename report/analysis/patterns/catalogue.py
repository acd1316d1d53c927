"""Patterns in the numbers of a run that have a known cause: the evidence, what it means and what to do.

Each is held against every cell that was measured. Where the numbers fit a pattern, the cell is explained in a
sentence with the numbers that show it; where they only come near, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from report.analysis.heats import best_share
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.analysis.validity import generator_bound, occupied
from results.histogram import Latency
from results.model import Cell, Load, Run, Trial

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
GROWN_BYTES = 16 * 2**20
"""Memory that a server may take in the turns of one launch until it is warm."""
FILLED_BYTES, FILLED_WITHIN_S = 10**9, 3600.0
"""Growth is told where so much would be taken within so long."""
FALLING_SHARE = 0.15
"""Throughput falls with more connections where it is lower by more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a pattern is looked for in: one cell, its trials, and all cells of the run."""

    summary: Summary
    trials: Sequence[Trial]
    others: Sequence[Summary]
    busy: float | None
    """Share of its CPUs that the server could use, by the best trial: one that waits does so in all."""

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.summary.cell

    @property
    def latency(self) -> Latency:
        """Of all trials, those in turns too."""
        return Latency.merge(Latency.decode(trial.latency) for trial in self.trials)

    @property
    def cycle_s(self) -> float:
        """Time from request to request of one connection, median over trials."""
        return median(trial.cell.connections * trial.window_s / trial.requests for trial in self.trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern with its known cause."""

    name: str
    title: str
    cause: str
    remedy: str
    find: Callable[[Seen], str]
    """The evidence in a cell, in words; empty where its numbers do not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A cell whose numbers fit a pattern."""

    pattern: Pattern
    cell: Cell
    evidence: str


def _busy(trials: Iterable[Trial]) -> float | None:
    shares = [best_share(trial) if trial.turns else occupied(trial) for trial in trials]
    return max((share for share in shares if share is not None), default=None)


def _waits_idly(seen: Seen, most: float) -> bool:
    """Whether the server has CPU to spare though every connection waits for it and nobody is in the way."""
    busy, cell = seen.busy, seen.cell
    return (
        cell.load == Load.CLOSED
        and cell.scenario not in WAITING_SCENARIOS
        and busy is not None
        and busy < most
        and seen.cycle_s * (1 - busy) >= LEAST_WAIT_S
        and not any(map(generator_bound, seen.trials))
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


def _growing_memory(seen: Seen) -> str:
    grown = [
        trial.memory_pss_bytes - trial.memory_before_bytes
        for trial in seen.trials
        if trial.memory_pss_bytes is not None and trial.memory_before_bytes is not None
    ]
    if len(grown) < len(seen.trials) or median(grown) < GROWN_BYTES:
        return ""
    a_request = median(
        taken / trial.requests for taken, trial in zip(grown, seen.trials, strict=True) if trial.requests
    )
    a_second = a_request * median(trial.requests / trial.window_s for trial in seen.trials)
    if a_second * FILLED_WITHIN_S < FILLED_BYTES:
        return ""
    return (
        f"{a_request / 1e3:.3g} KB a request over {len(grown)} launches: 1 GB within "
        f"{FILLED_BYTES / a_second / 60:.2g} minutes at this rate"
    )


def _falling(seen: Seen) -> str:
    """Fewer connections of the same cell that were served better, where the intervals say so."""
    level, cell = seen.summary.level(THROUGHPUT), seen.cell
    if cell.load != Load.CLOSED or level is None or level.high is None:
        return ""
    for other in seen.others:
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


PATTERNS: Mapping[str, Pattern] = {
    pattern.name: pattern
    for pattern in (
        Pattern(
            name="delayed-ack",
            title="waits about 40 ms with an idle server: delayed ACK meets Nagle",
            cause="The server sends an answer in two parts and does not set TCP_NODELAY here: the kernel "
            "holds the second back until the first is acknowledged, which takes 40 ms.",
            remedy="Set TCP_NODELAY in the server, or have it send head and body at once; another loop, or "
            "one worker instead of several, may do so already.",
            find=_delayed_ack,
        ),
        Pattern(
            name="waiting",
            title="waits for something else than a CPU",
            cause="Neither the server nor the load generator was busy, though every connection had a request "
            "under way: the app or the server sleeps, queues, or waits for a lock or a peer.",
            remedy="Look for sleeps, locks, pools that are too small, and calls to other services.",
            find=_waiting,
        ),
        Pattern(
            name="growing-memory",
            title="memory grows with requests",
            cause="Something keeps a part of every request: a cache without a limit, a list that only grows.",
            remedy="Look at what is kept by its input, and at what is appended to for as long as it runs.",
            find=_growing_memory,
        ),
        Pattern(
            name="falling-throughput",
            title="serves less the more connections there are",
            cause="Every connection costs something even when it waits, or a limit of connections is reached "
            "and those beyond it wait or are refused.",
            remedy="Look at the server's limits (worker_connections, backpressure, backlog), and at how it "
            "looks for the next request.",
            find=_falling,
        ),
    )
}
"""The catalogue, by name."""


def explain(run: Run, summaries: Iterable[Summary]) -> tuple[Explained, ...]:
    """Every cell of ``run`` whose numbers fit a pattern, in the order of the catalogue."""
    measured = [summary for summary in summaries if summary.n_trials and not summary.cell.control]
    trials: dict[Cell, list[Trial]] = {}
    for trial in run.trials:
        if trial.requests and trial.window_s:
            trials.setdefault(trial.cell, []).append(trial)
    seen = [
        Seen(
            summary=summary,
            trials=trials[summary.cell],
            others=measured,
            busy=_busy(trials[summary.cell]),
        )
        for summary in measured
        if summary.cell in trials
    ]
    return tuple(
        Explained(pattern=pattern, cell=measured_cell.cell, evidence=evidence)
        for pattern in PATTERNS.values()
        for measured_cell in seen
        if (evidence := pattern.find(measured_cell))
    )
