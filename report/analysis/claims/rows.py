"""Rows: what is left of the difference between stacks once an ORM reads nested rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from report import fmt
from report.analysis.claims.claim import Claim, Evidence, Told, of_cells
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.analysis.workload import Workload

SMALL_SCENARIO, ROWS_SCENARIO = "json", "orm-page"


def _asked_both(evidence: Evidence) -> Iterator[Mapping[str, tuple[Summary, Summary]]]:
    """Stacks that answered small and with rows under one load, each with both cells."""
    groups: dict[Workload, dict[str, Summary]] = {}
    for workload, members in evidence.by_workload(evidence.summaries):
        groups[workload] = {member.cell.stack: member for member in members}
    for workload, small in groups.items():
        rows = groups.get(workload._replace(scenario=ROWS_SCENARIO), {})
        if workload.scenario == SMALL_SCENARIO:
            yield {stack: (small[stack], rows[stack]) for stack in small if stack in rows}


def _tell(evidence: Evidence) -> Sequence[Told]:
    """The two stacks that are farthest apart in small answers, in these and with rows."""
    told: list[Told] = []
    for stacks in _asked_both(evidence):
        if len(stacks) > 1:
            ordered = sorted(stacks.values(), key=lambda cells: _rate(cells[0]))
            for slow, fast in zip(ordered[0], ordered[-1], strict=True):
                told += _times(evidence, slow, fast)
    return told


def _rate(summary: Summary) -> float:
    level = summary.level(THROUGHPUT)
    return level.value if level else 0.0


def _times(evidence: Evidence, slow: Summary, fast: Summary) -> Iterator[Told]:
    ratio = evidence.ratio(fast, slow)
    if ratio is not None:
        yield of_cells(
            f"{evidence.stack(fast.cell)} answers {fmt.times(ratio)} as many requests as "
            f"{evidence.stack(slow.cell)} in {evidence.asked(fast.cell)}.",
            ratio,
            "ratio",
            fast.cell,
            slow.cell,
        )


ROWS = Claim(
    name="nested-rows",
    says="A factor of 20 at JSON becomes 1.3 once an ORM reads nested rows.",
    wants="`json` and `orm-page` of several frameworks, under one load",
    command="hotlap run --framework starlette --framework fastapi --framework flask --framework django "
    "--server uvicorn-standard --server gunicorn-gthread --scenario json --scenario orm-page",
    tell=_tell,
)
