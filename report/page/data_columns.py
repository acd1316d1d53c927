"""What each column of the raw data is: its kind, its unit, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from report.analysis import frames, metrics
from report.analysis.metric_types import Metric
from report.analysis.metrics import COST

Kind = Literal["text", "integer", "number", "yes or no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataColumn:
    """A column of a table of raw data."""

    name: str
    kind: Kind
    unit: str = ""
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """A table of raw data."""

    row: str
    """What a row is."""
    columns: tuple[DataColumn, ...]


def _columns(*rows: tuple[str, Kind, str, str]) -> tuple[DataColumn, ...]:
    return tuple(
        DataColumn(name=name, kind=kind, unit=unit, meaning=meaning) for name, kind, unit, meaning in rows
    )


CELL = _columns(
    ("cell", "text", "", "the one name of stack, scenario and load"),
    ("stack", "text", "", "framework, server variant and interpreter, if the run has several"),
    ("framework", "text", "", "name of the app's file without _app.py"),
    ("server", "text", "", "server variant"),
    ("interface", "text", "", "asgi, wsgi or rsgi"),
    ("scenario", "text", "", "what was asked"),
)
TRIAL_FACTS = {
    column.name: column
    for column in _columns(
        ("load", "text", "", "closed, or open: at a given rate"),
        ("connections", "integer", "", "how many; of an open load at most"),
        ("rate_rps", "number", "requests/s", "offered by an open load; empty under closed load"),
        ("arrivals", "text", "", "how the requests of an open load were spread over time"),
        ("reuse", "number", "requests", "after which the client closed a connection; empty: it kept it"),
        ("workers", "integer", "", "worker processes of the server"),
        ("control", "yes or no", "", "whether it is the A/A control: a stack a second time"),
        ("python", "text", "", "version of the interpreter"),
        ("block", "integer", "", "from 0; every block starts each stack afresh"),
        ("heat", "integer", "", "within the block: servers of one heat lived at once and took turns"),
        ("live", "integer", "", "servers that lived at once"),
        ("turns", "integer", "", "how many turns are added up; 0: a whole window"),
        ("launch", "integer", "", "number of the launch within the run"),
        ("attempt", "integer", "", "how often it was repeated because others disturbed it"),
        ("started_unix_s", "number", "s", "when it began, since 1970"),
        ("window_s", "number", "s", "how long it was measured"),
        ("requests", "integer", "", "right answers"),
        ("errors", "integer", "", "requests without a right answer"),
        ("utilisation", "number", "", "CPU time of the server, as a share of its CPUs' time"),
        ("occupied", "number", "", "how busy it kept its CPUs; in turns, beside others of its heat"),
        ("p90_us", "number", "us", "90th percentile of latency"),
        ("p999_us", "number", "us", "99.9th percentile of latency"),
        ("due", "number", "", "arrivals of an open load that were due; empty under closed load"),
        ("cycle_s", "number", "s", "time of a connection between two answers"),
        ("settled", "yes or no", "", "whether the window was long enough for latencies to mean something"),
        ("late", "yes or no", "", "whether the generator sent too many arrivals late"),
        ("foreign_share", "number", "", "what others did on our CPUs, as a share of their time"),
        ("generator_idle_share", "number", "", "time that the generator waited, as a share of the window"),
        ("generator_delay_share", "number", "", "time that others had its CPU, as a share"),
        ("generator_wait_us", "number", "us", "mean wait of an answer until the generator took it"),
        ("flags", "text", "", "names of its flags, with spaces between them"),
    )
}  # fmt: skip


def _trial_columns() -> Iterator[DataColumn]:
    """The columns of ``Frames.trials``; metrics say themselves what they are."""
    of_cell = {column.name: column for column in CELL}
    ratios = {metrics.variance_column(name): name for name in metrics.per_turn_ratios()}
    for name in frames.columns():
        quantity = metrics.QUANTITIES.get(name)
        if known := of_cell.get(name) or TRIAL_FACTS.get(name):
            yield known
        elif isinstance(quantity, Metric):
            yield DataColumn(name=name, kind="number", unit=quantity.unit, meaning=quantity.noun)
        elif name in ratios:
            meaning = f"variance of the logarithm of {ratios[name]} from its turns; 0 for a whole window"
            yield DataColumn(name=name, kind="number", meaning=meaning)
        else:
            yield DataColumn(name=name, kind="number", meaning=name.replace("_", " "))


COST_COLUMNS = _columns(
    ("run", "text", "", "name of the run that counted"),
    *((column.name, column.kind, column.unit, column.meaning) for column in CELL),
    ("side", "text", "", "base or head of a comparison; empty: none"),
    ("repeat", "integer", "", "from 0; each is a launch of its own"),
    ("interval", "integer", "", "from 0, within the launch"),
    ("instructions", "integer", "instructions", "in user space, of all processes of the server"),
    ("seconds", "number", "s", "between the two readings of the counter"),
    ("requests", "integer", "", "right answers in between"),
    ("idle_per_s", "number", "instructions/s", "while nothing was asked; taken off"),
    (COST.name, "number", COST.unit, "of one request, without idling; empty where the count cannot be used"),
    ("counter", "text", "", "what counted"),
)
LIFECYCLE_COLUMNS = _columns(
    ("run", "text", "", "name of the run that looked"),
    ("cell", "text", "", "the one name of stack and probe"),
    ("stack", "text", "", "framework and server variant"),
    ("probe", "text", "", "what was looked at"),
    ("repeat", "integer", "", "from 0; each is made of fresh launches"),
    ("name", "text", "", "what was measured, with its unit at the end"),
    ("value", "number", "", "in that unit"),
)


def table_of(name: str) -> DataTable:
    """What the table ``name`` holds: ``trials``, ``costs`` or ``lifecycles``."""
    if name == "costs":
        return DataTable(row="an interval in which instructions were counted", columns=COST_COLUMNS)
    if name == "lifecycles":
        return DataTable(row="a value that a probe of a lifecycle measured", columns=LIFECYCLE_COLUMNS)
    return DataTable(row="a trial: a cell within one fresh launch", columns=tuple(_trial_columns()))


def columns_of(name: str) -> tuple[DataColumn, ...]:
    """Columns of the table ``name``, in their order."""
    return table_of(name).columns
