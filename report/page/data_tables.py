"""Tables of raw data beside a page: a row a trial, an interval that was counted, a value of a lifecycle."""

from __future__ import annotations

import pandas as pd

from report.analysis.cost_records import cost_per_request, idle_rate
from report.analysis.metrics import COST
from report.page.context import Context
from report.page.data_columns import DataColumn, columns_of
from results.model import CostRecord

TRIALS, COSTS, LIFECYCLES = "trials", "costs", "lifecycles"
"""Names of the tables, and of their files."""
TYPES = {"text": "str", "integer": "int64", "number": "float64", "yes or no": "bool"}
"""Of pandas, by the kind of a column."""


def table_names(context: Context) -> tuple[str, ...]:
    """Names of the tables that the page has data for."""
    shown = {TRIALS: context.timed, COSTS: context.costs, LIFECYCLES: context.lifecycle_runs}
    return tuple(name for name, has_data in shown.items() if has_data)


def tables(context: Context) -> dict[str, pd.DataFrame]:
    """Each table that the page has data for, by its name; its columns are those of ``data_columns``."""
    frames = {}
    if context.timed:
        trials = context.frames.trials
        frames[TRIALS] = trials.assign(flags=trials["flags"].map(" ".join))
    if context.costs:
        frames[COSTS] = _intervals(context)
    if context.lifecycle_runs:
        frames[LIFECYCLES] = _lifecycles(context)
    return {name: _typed(frame, columns_of(name)) for name, frame in frames.items()}


def _typed(frame: pd.DataFrame, columns: tuple[DataColumn, ...]) -> pd.DataFrame:
    """``frame`` with the type of each column, though it had no row; enumerations become plain text."""
    texts = {column.name: frame[column.name].map(_text) for column in columns if column.kind == "text"}
    types = {column.name: TYPES[column.kind] for column in columns}
    return frame.assign(**texts)[list(types)].astype(types)


def _text(value: object) -> str:
    """``value`` without what UTF-8 cannot hold."""
    return str(value).encode("utf-8", errors="replace").decode()


def _lifecycles(context: Context) -> pd.DataFrame:
    rows = [
        (run.plan.name, record.cell.slug, record.cell.stack, record.cell.scenario, record.repeat, name, value)
        for run in context.lifecycle_runs
        for record in run.lifecycles
        for name, value in record.values.items()  # noqa: PD011 - no frame
    ]
    return pd.DataFrame(rows, columns=[column.name for column in columns_of(LIFECYCLES)])


def _intervals(context: Context) -> pd.DataFrame:
    rows = [
        {"run": run.plan.name, **row}
        for run in context.counting_runs
        for record in run.costs
        for row in _rows(record)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in columns_of(COSTS)])


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
