"""Workers: what more processes of one server bring, from runs that differ in nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from report import fmt
from report.analysis.claims.claim import Claim, Evidence, ToldOfRuns, of_cells
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.analysis.titles import is_of
from report.analysis.two_sides.two_runs import SAME_MACHINE, SAME_SETUP
from report.analysis.validity import one_cpu
from report.stats.levels import BLOCKS_FOR_INTERVAL, Level
from report.stats.two_samples import unpaired

SAME = tuple(name for name in SAME_SETUP if name != "generator_awake")
"""Settings that must be the same. Workers that take all CPUs leave the generator none to stay awake on."""
RUNS_FOR_INTERVAL = 2
"""Of each number of workers, from which on the interval is over runs and not over their blocks."""


class Measured(NamedTuple):
    """A cell in one run."""

    run: str
    summary: Summary
    stack: str
    """Its framework and server for the reader."""
    awake: bool
    """Whether the generator had a core to itself, and stayed awake on it."""
    crowded: bool
    """Whether it had none, as workers had all CPUs."""


def _tell(evidence: Sequence[Evidence]) -> Iterator[ToldOfRuns]:
    """Each number of workers against the fewest, of every cell that was measured with several."""
    for by_workers in differ_in_workers(evidence):
        few, *others = by_workers.values()
        for many in others:
            yield _told(few, many)


def differ_in_workers(evidence: Sequence[Evidence]) -> Iterator[dict[int, list[Measured]]]:
    """Cells that differ in workers alone, by rising number of these: of one machine, in one environment."""
    for alike in _alike(evidence).values():
        by_workers = _as_awake_as_could_be(alike)
        if len(by_workers) > 1:
            yield dict(sorted(by_workers.items()))


def _as_awake_as_could_be(by_workers: dict[int, list[Measured]]) -> dict[int, list[Measured]]:
    """Where the generator was awake in any, those where it slept only if it had no core to itself."""
    if not any(measured.awake for own in by_workers.values() for measured in own):
        return by_workers
    kept = {
        workers: [measured for measured in own if measured.awake or measured.crowded]
        for workers, own in by_workers.items()
    }
    return {workers: own for workers, own in kept.items() if own}


def _alike(evidence: Sequence[Evidence]) -> dict[tuple[object, ...], dict[int, list[Measured]]]:
    """All cells by what is the same of them but for workers, then by number of these."""
    groups: dict[tuple[object, ...], dict[int, list[Measured]]] = {}
    for own in evidence:
        for summary in own.summaries:
            by_workers = groups.setdefault(_conditions(own, summary), {})
            setup = own.run.plan.setup
            measured = Measured(
                own.run.plan.name,
                summary,
                own.stack(summary.cell),
                setup.generator_awake,
                one_cpu(setup),
            )
            by_workers.setdefault(summary.cell.workers, []).append(measured)
    return groups


def _conditions(evidence: Evidence, summary: Summary) -> tuple[object, ...]:
    """All that must be the same."""
    plan, cell = evidence.run.plan, summary.cell
    return (
        replace(cell, workers=0),
        summary.in_turns,
        frozenset(part.key for part in plan.environment.frameworks if is_of(part, cell)),
        *(getattr(plan.environment.machine, name) for name in SAME_MACHINE),
        *(getattr(plan.setup, name) for name in SAME),
    )


def _told(few: Sequence[Measured], many: Sequence[Measured]) -> ToldOfRuns:
    over_runs = min(len(few), len(many)) >= RUNS_FOR_INTERVAL
    ratio = _ratio(_values(few, over_runs=over_runs), _values(many, over_runs=over_runs), over_runs=over_runs)
    less, more = few[0].summary.cell, many[0].summary.cell
    known = (
        f"the interval is over {fmt.counted(len(many), 'run')} and {fmt.counted(len(few), 'run')}"
        if over_runs
        else "how fast the machine was in either run is in the number, and not in its interval"
    )
    if few[0].awake and not many[0].awake:
        known += (
            f"; the generator had a core to itself with {fmt.counted(less.workers, 'worker')} and not with "
            f"{more.workers}"
        )
    told = of_cells(
        f"{few[0].stack} answers {fmt.times(ratio)} as many requests with "
        f"{fmt.counted(more.workers, 'worker')} as with {less.workers} in `{less.scenario}` at "
        f"{fmt.counted(less.connections, 'connection')}; {known}.",
        ratio,
        "ratio",
        more,
        less,
    )
    return tuple(measured.run for measured in (*few, *many)), told


def _values(measured: Sequence[Measured], *, over_runs: bool) -> list[float]:
    """Requests per second: a value a run, or a value a block of all runs."""
    if not over_runs:
        return [rps for entry in measured for rps in entry.summary.by_block(THROUGHPUT).values()]
    levels = (entry.summary.level(THROUGHPUT) for entry in measured)
    return [level.value for level in levels if level is not None]


def _ratio(few: Sequence[float], many: Sequence[float], *, over_runs: bool) -> Level:
    """many/few by their geometric means; Welch's interval, where there are values enough on both sides."""
    n, estimate = min(len(few), len(many)), unpaired(few, many)
    if estimate is None:
        return Level(value=many[0] / few[0], n=n)
    value = math.exp(estimate.mean)
    if not over_runs and n < BLOCKS_FOR_INTERVAL:
        return Level(value=value, n=n)
    low, high = map(math.exp, estimate.bounds())
    return Level(value=value, low=low, high=high, n=n)


def _of_one_run(_evidence: Evidence) -> tuple[()]:
    """Nothing: a run has one number of workers."""
    return ()


WORKERS = Claim(
    name="workers",
    says="`--workers` lets a server use more CPUs.",
    wants="two runs or more that differ in `--workers` alone, of one machine and one set of packages",
    command="hotlap run --framework starlette --server uvicorn-standard --scenario json --workers 2",
    tell=_of_one_run,
    across=_tell,
)
