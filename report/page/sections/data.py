"""Where is the data, and how is this page made again."""

from __future__ import annotations

import pandas as pd

from report import fmt
from report.analysis.cost_records import cost_per_request, idle_rate
from report.analysis.metrics import COST
from report.page.context import Context
from report.page.model import Section, SectionPart
from results.model import CostRecord

TRIALS, COSTS, LIFECYCLES = "trials.csv", "costs.csv", "lifecycles.csv"
"""Files beside the page: a row a trial, an interval that was counted, a value of a lifecycle."""
COST_COLUMNS = (
    "run", "cell", "stack", "framework", "server", "interface", "scenario", "side", "repeat", "interval",
    "instructions", "seconds", "requests", "idle_per_s", COST.name, "counter",
)  # fmt: skip


def section(context: Context) -> Section:
    """The files beside the page."""
    contents = []
    if context.timed:
        contents.append(f"one row for each of {fmt.counted(context.conclusions.n_trials, 'trial')}")
    if context.costs:
        counts = sum(len(run.costs) for run in context.counting_runs)
        contents.append(f"one row for each interval of {fmt.counted(counts, 'count')}")
    if context.lifecycle_runs:
        records = sum(len(run.lifecycles) for run in context.lifecycle_runs)
        contents.append(f"one row for each value of {fmt.counted(records, 'record')} of lifecycles")
    return Section(
        anchor="data",
        short="The data",
        question="Where is the data?",
        answer=f"Beside this page lies a file with {fmt.listed(contents, 'and one with')}; the record itself "
        "is run.jsonl in the run's folder, and hotlap report makes this page from it again.",
        parts=tuple(SectionPart(link=name) for name in files(context)),
    )


def files(context: Context) -> dict[str, str]:
    """Name and text of each file beside the page."""
    texts = {}
    if context.timed:
        trials = context.frames.trials
        texts[TRIALS] = _csv(trials.assign(flags=trials["flags"].map(" ".join)))
    if context.costs:
        texts[COSTS] = _csv(_intervals(context))
    if context.lifecycle_runs:
        texts[LIFECYCLES] = _csv(_lifecycles(context))
    return texts


def _lifecycles(context: Context) -> pd.DataFrame:
    rows = [
        (run.plan.name, record.cell.slug, record.cell.stack, record.cell.scenario, record.repeat, name, value)
        for run in context.lifecycle_runs
        for record in run.lifecycles
        for name, value in record.values.items()  # noqa: PD011 - no frame
    ]
    return pd.DataFrame(rows, columns=["run", "cell", "stack", "probe", "repeat", "name", "value"])


def _csv(frame: pd.DataFrame) -> str:
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text


def _intervals(context: Context) -> pd.DataFrame:
    rows = [
        {"run": run.plan.name, **row}
        for run in context.counting_runs
        for record in run.costs
        for row in _rows(record)
    ]
    return pd.DataFrame(rows, columns=list(COST_COLUMNS))


def _rows(record: CostRecord) -> list[dict[str, object]]:
    """One row per interval; its cost is NaN where the count cannot be used."""
    cell = record.cell
    try:
        values, idle = cost_per_request(record), idle_rate(record)
    except ValueError:
        values, idle = (float("nan"),) * len(record.intervals), float("nan")
    return [
        {
            "cell": cell.slug,
            "stack": cell.stack,
            "framework": cell.framework,
            "server": cell.server,
            "interface": cell.interface,
            "scenario": cell.scenario,
            "side": record.side,
            "repeat": record.repeat,
            "interval": index,
            "instructions": interval.instructions,
            "seconds": interval.seconds,
            "requests": interval.requests,
            "idle_per_s": idle,
            COST.name: value,
            "counter": record.counter,
        }
        for index, (interval, value) in enumerate(zip(record.intervals, values, strict=True))
    ]
