"""A recorded run as tables of pandas: the facts of the record, a row each, nothing that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from results.model import Cell, CostRecord, LifecycleRecord, Plan, Run, Trial

Row = dict[str, Any]

CELL = (
    "cell", "stack", "framework", "server", "interface", "scenario", "load", "connections", "rate_rps",
    "arrivals", "reuse", "workers", "control", "python",
)  # fmt: skip
"""Columns of every table whose rows are of a cell: ``cell`` is its one name, the slug."""
TURNS = (
    *CELL, "block", "heat", "launch", "attempt", "turn", "begun_us", "span_us", "requests", "cpu_us",
    "generator_delay_us",
)  # fmt: skip
COSTS = (
    *CELL, "side", "repeat", "attempt", "interval", "instructions", "seconds", "requests", "counter", "tool",
)  # fmt: skip
LIFECYCLES = (*CELL, "repeat", "started_unix_s", "name", "value", "absent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables of one run; a kind of fact that it has none of is a table without rows."""

    plan: Plan
    """Line 1 of the record: machine, environments with their versions, settings, cells."""
    trials: pd.DataFrame
    """A row a trial that counts: its cell, then every field of ``results.model.Trial`` but ``turns``, which
    are counted here and have a table of their own. Histograms are text, to be read by
    ``results.histogram.Latency.decode``."""
    turns: pd.DataFrame
    """A row a turn of a trial in turns; ``cpu_us`` and ``generator_delay_us`` are missing where they were
    not measured."""
    launches: pd.DataFrame
    """A row a launch: every field of ``results.model.Launch`` but what it talked to."""
    costs: pd.DataFrame
    """A row an interval in which instructions were counted; ``interval`` is -1 while nothing was asked."""
    lifecycles: pd.DataFrame
    """A row a value that a probe measured, or that is missing, with the reason in ``absent``."""
    failures: pd.DataFrame
    """A row for whatever could not be measured: every field of ``results.model.Failure``, the cell's slug."""
    findings: pd.DataFrame
    """A row a finding."""
    problems: tuple[str, ...]
    """Lines of the record that could not be read."""


def load(run: str | Path) -> Tables:
    """The tables of a recorded run; ``run`` is its folder or its ``run.jsonl``.

    Levels, ratios and intervals are no facts: ``hotlap report`` computes them anew from the record.
    ``results.store.RecordError`` where there is no run, or a newer hotlap wrote it.
    """
    from results.model import Failure, Finding, Launch, Trial  # noqa: PLC0415 - pandas takes a second
    from results.store import read  # noqa: PLC0415 - the same

    record = read(Path(run))
    own = [name for name in _names(Trial) if name not in {"cell", "turns"}]
    return Tables(
        plan=record.plan,
        trials=_frame(map(_trial, record.trials), (*CELL, *own, "turns")),
        turns=_frame((row for trial in record.trials for row in _turns(trial)), TURNS),
        launches=_frame(
            map(_fields, record.launches), [name for name in _names(Launch) if name != "services"]
        ),
        costs=_frame((row for cost in record.costs for row in _intervals(cost)), COSTS),
        lifecycles=_frame((row for seen in record.lifecycles for row in _values(seen)), LIFECYCLES),
        failures=_frame(_failures(record), _names(Failure)),
        findings=_frame(map(_fields, record.findings), _names(Finding)),
        problems=record.problems,
    )


def _frame(rows: Iterable[Row], columns: Iterable[str]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - takes a second

    return pd.DataFrame(list(rows), columns=list(columns))


def _names(kind: type) -> list[str]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind} has no fields")
    return [field.name for field in fields(kind)]


def _fields(fact: object) -> Row:
    """Every field of a recorded fact; what is a list of things is a tuple."""
    return {name: _plain(getattr(fact, name)) for name in _names(type(fact))}


def _plain(value: object) -> object:
    """An enumeration's value as text; anything else as it is."""
    return str(value) if isinstance(value, str) else value


def _cell(cell: Cell) -> Row:
    return {"cell": cell.slug, "stack": cell.stack, **_fields(cell)}


def _trial(trial: Trial) -> Row:
    turns = len(trial.turns.span_us) if trial.turns else 0
    return {**_fields(trial), **_cell(trial.cell), "turns": turns}


def _turns(trial: Trial) -> Iterator[Row]:
    turns = trial.turns
    if turns is None:
        return
    common = {
        **_cell(trial.cell),
        "block": trial.block,
        "heat": trial.heat,
        "launch": trial.launch,
        "attempt": trial.attempt,
    }
    for number, (begun_us, span_us, requests) in enumerate(
        zip(turns.begun_us, turns.span_us, turns.requests, strict=False)
    ):
        yield {
            **common,
            "turn": number,
            "begun_us": begun_us,
            "span_us": span_us,
            "requests": requests,
            "cpu_us": _known(turns.cpu_us, number),
            "generator_delay_us": _known(turns.generator_delay_us, number),
        }


def _known(by_turn: tuple[int, ...], number: int) -> int | None:
    return by_turn[number] if number < len(by_turn) else None


def _intervals(cost: CostRecord) -> Iterator[Row]:
    intervals = [*enumerate(cost.intervals), *([(-1, cost.idle)] if cost.idle else [])]
    for number, interval in intervals:
        yield {**_fields(cost), **_cell(cost.cell), "interval": number, **_fields(interval)}


def _values(seen: LifecycleRecord) -> Iterator[Row]:
    common = {**_cell(seen.cell), "repeat": seen.repeat, "started_unix_s": seen.started_unix_s}
    for name, value in seen.values.items():  # noqa: PD011 - no frame
        yield {**common, "name": name, "value": value, "absent": ""}
    for name, reason in seen.absent.items():
        yield {**common, "name": name, "value": None, "absent": reason}


def _failures(run: Run) -> Iterator[Row]:
    for failure in run.failures:
        yield {**_fields(failure), "cell": failure.cell.slug if failure.cell else ""}
