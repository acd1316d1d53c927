"""What a run holds of its two sides: matched trials and counts by pairing, and what forbids to use them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median

from report.analysis import validity
from report.analysis.cost_records import cost_of
from report.analysis.frames import PERCENTILES
from report.analysis.summary import METRICS, Metric
from report.stats.two_samples import PairedDifference
from results.histogram import Latency
from results.model import BOTH_SIDES, CostRecord, Failure, GateStage, Load, Pairing, Run, SideName, Trial

COST = Metric(
    name="instructions_per_request",
    title="Cost",
    unit="instructions",
    best="cheapest",
    noun="cost per request",
)
CPU = METRICS["cpu_us_per_request"]
LOAD = (CPU, METRICS["throughput_rps"], METRICS["p50_us"], METRICS["p99_us"])
"""Compared under load; the first one decides, the others inform."""
COMPARED: dict[str, Metric] = {metric.name: metric for metric in (COST, *LOAD)}
P99_REQUESTS = 5_000
"""With fewer requests a trial its p99 says nothing of a difference (METHOD section 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTrials:
    """The two trials of one launch pair."""

    number: int
    base: Trial
    head: Trial

    @property
    def order(self) -> int:
        """+1 where base came first."""
        return 1 if (self.base.place or 0) < (self.head.place or 0) else -1


class UnusableError(ValueError):
    """What was recorded cannot be compared; the message says why."""


def counted(pairing: Pairing) -> bool:
    """Whether the pairing is of instructions, not of load."""
    return pairing.head.load == Load.LOCKSTEP


def title(pairing: Pairing) -> str:
    """Its one name: the head's slug, with the base's before it where they differ."""
    if pairing.base == pairing.head:
        return pairing.head.slug
    return f"{pairing.base.slug} -> {pairing.head.slug}"


def matched(run: Run, pairing: Pairing, stage: GateStage) -> list[MatchedTrials]:
    """Launch pairs of a stage that both sides were measured in, by number."""
    found: dict[str, dict[int, Trial]] = {SideName.BASE: {}, SideName.HEAD: {}}
    cells = {SideName.BASE: pairing.base, SideName.HEAD: pairing.head}
    for trial in run.trials:
        if trial.stage == stage and trial.side in cells and trial.cell == cells[trial.side]:
            found[trial.side][trial.block] = trial
    both = sorted(found[SideName.BASE].keys() & found[SideName.HEAD].keys())
    return [MatchedTrials(number=n, base=found[SideName.BASE][n], head=found[SideName.HEAD][n]) for n in both]


def stages(run: Run, pairing: Pairing) -> set[GateStage]:
    """Stages in which anything of the pairing was measured."""
    cells = {(SideName.BASE, pairing.base), (SideName.HEAD, pairing.head)}
    return {trial.stage for trial in run.trials if (trial.side, trial.cell) in cells}


def pairs(measured: Iterable[MatchedTrials], metric: Metric) -> list[PairedDifference]:
    """Differences of a metric by launch pair, positive is worse; UnusableError where a trial has none."""
    sign = -1 if metric.higher_is_better else 1
    return [
        PairedDifference(
            number=each.number,
            worse=sign * math.log(value(each.head, metric) / value(each.base, metric)),
            order=each.order,
        )
        for each in measured
    ]


def value(trial: Trial, metric: Metric) -> float:
    """A trial's own value of one of ``LOAD``; UnusableError where it has none."""
    _check(trial)
    if metric.name == "throughput_rps":
        return trial.requests / trial.window_s
    if metric.name == CPU.name:
        if not trial.server_cpu_ns:
            raise UnusableError(f"{_about(trial)}: CPU time of the server was not measured")
        return trial.server_cpu_ns / 1e3 / trial.requests
    return _percentile(trial, metric.name)


def invalid(trial: Trial) -> str:
    """Why a trial is no measurement; empty where it is one."""
    wrong = sum(trial.errors.values())
    reasons = (
        (trial.window_s <= 0 or trial.requests <= 0, "not one right answer"),
        (wrong > 0, f"{wrong:,} answers were wrong, late or missing"),
        (trial.processes_changed, "the server started or lost a process within the window"),
        (validity.late(trial), "the generator missed the schedule of its open load"),
        (validity.miscounted(trial), "the connections were not all in use"),
        (trial.side not in BOTH_SIDES or trial.place not in {0, 1}, "side or place was not recorded"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def too_idle(measured: Sequence[MatchedTrials]) -> float | None:
    """The lower of how busy the sides' servers were (median), where CPU per request may not be compared."""
    if not measured or measured[0].head.cell.load != Load.CLOSED:
        return None
    busy = [
        median(validity.occupied(each) or 0.0 for each in side)
        for side in zip(*((each.base, each.head) for each in measured), strict=True)
    ]
    return min(busy) if min(busy) < validity.SATURATED else None


def costs(run: Run, pairing: Pairing) -> tuple[list[CostRecord], list[CostRecord]]:
    """The counts of base and head, by repeat."""
    cells = {SideName.BASE: pairing.base, SideName.HEAD: pairing.head}
    sides = {
        side: sorted(
            (each for each in run.costs if each.side == side and each.cell == cell),
            key=lambda each: each.repeat,
        )
        for side, cell in cells.items()
    }
    return sides[SideName.BASE], sides[SideName.HEAD]


def cost_values(records: Iterable[CostRecord]) -> list[float]:
    """Instructions per request by repeat; UnusableError where a record is no count."""
    try:
        return [cost_of(record) for record in records]
    except ValueError as error:
        raise UnusableError(str(error)) from None


def failures(run: Run, pairing: Pairing) -> list[Failure]:
    """Those that concern the pairing: of its cells, or of their whole stacks."""
    return [each for each in run.failures if _concerns(each, pairing)]


def _concerns(failure: Failure, pairing: Pairing) -> bool:
    cells = {SideName.BASE: pairing.base, SideName.HEAD: pairing.head}
    for side, cell in cells.items():
        if failure.side and failure.side != side:
            continue
        if failure.cell == cell or (failure.cell is None and failure.stack == cell.stack):
            return True
    return False


def as_sides(base: Run, head: Run) -> Run:
    """Two recorded runs as one with two sides; pairs by slug. Only its records may be read, not its plan."""
    return replace(
        head,
        trials=(
            *(replace(each, side=SideName.BASE, place=0) for each in base.trials),
            *(replace(each, side=SideName.HEAD, place=1) for each in head.trials),
        ),
        costs=(
            *(replace(each, side=SideName.BASE) for each in base.costs),
            *(replace(each, side=SideName.HEAD) for each in head.costs),
        ),
        failures=(
            *(replace(each, side=SideName.BASE) for each in base.failures),
            *(replace(each, side=SideName.HEAD) for each in head.failures),
        ),
    )


def _percentile(trial: Trial, name: str) -> float:
    if name == "p99_us" and trial.requests < P99_REQUESTS:
        raise UnusableError(f"fewer than {P99_REQUESTS:,} requests a trial say nothing of p99")
    if not validity.settled(trial):
        raise UnusableError(f"{_about(trial)}: the window was too short for its latencies to mean something")
    try:
        shown = _shown(trial.latency)[name]
    except ValueError as error:
        raise UnusableError(f"{_about(trial)}: {error}") from None
    if not shown > 0:
        raise UnusableError(f"{_about(trial)}: too few samples beyond it")
    return shown


@lru_cache(maxsize=4_096)
def _shown(latency: str) -> dict[str, float]:
    """Percentiles of a recorded histogram; ValueError where it is none."""
    found = Latency.decode(latency).shown(list(PERCENTILES.values()))
    return dict(zip(PERCENTILES, found.tolist(), strict=True))


def _check(trial: Trial) -> None:
    if reason := invalid(trial):
        raise UnusableError(f"{_about(trial)}: {reason}")


def _about(trial: Trial) -> str:
    return f"{trial.side or 'trial'} of pair {trial.block}"
