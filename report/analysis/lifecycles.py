"""What probes of lifecycles saw, stack by stack: medians over repeats, answers in words, reasons for gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from report.stats.levels import Level
from report.stats.medians import median
from report.stats.slopes import slope
from results.model import Cell, LifecycleRecord, Run

MIB = 2.0**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """How a value of a record is read and said."""

    title: str
    unit: str
    scale: float = 1.0
    """Units as recorded that make one as it is said."""


QUANTITIES: dict[str, Quantity] = {
    "first_answer_s": Quantity(title="first right answer", unit="s"),
    "import_s": Quantity(title="import of the app", unit="s"),
    "modules": Quantity(title="modules imported", unit=""),
    "pss_bytes": Quantity(title="memory then", unit="MiB", scale=MIB),
    "worker_pss_bytes": Quantity(title="of one worker", unit="MiB", scale=MIB),
    "processes": Quantity(title="processes", unit=""),
    "workers": Quantity(title="workers", unit=""),
    "workers_that_answered": Quantity(title="of which answered", unit=""),
    "start_hooks": Quantity(title="start hooks run", unit=""),
    "stop_hooks": Quantity(title="stop hooks run", unit=""),
    "exit_s": Quantity(title="until exit", unit="s"),
    "in_flight": Quantity(title="in flight at SIGTERM", unit=""),
    "in_flight_lost": Quantity(title="of these lost", unit=""),
    "sent_after": Quantity(title="sent after it", unit=""),
    "sent_after_lost": Quantity(title="of these lost", unit=""),
    "kept": Quantity(title="kept", unit=""),
    "refused": Quantity(title="refused", unit=""),
    "closed_with_answer": Quantity(title="closed with the answer", unit=""),
    "connection_bytes": Quantity(title="memory of a connection", unit="KiB", scale=2.0**10),
    "p99_before_us": Quantity(title="p99 of others before", unit="ms", scale=1e3),
    "p99_with_us": Quantity(title="p99 of others beside them", unit="ms", scale=1e3),
    "shipped_closed": Quantity(title="as shipped, closed while watched", unit=""),
    "shipped_idle_s": Quantity(title="as shipped, idle until closed", unit="s"),
    "schema_cold_s": Quantity(title="first document", unit="ms", scale=1e-3),
    "schema_warm_s": Quantity(title="later ones", unit="ms", scale=1e-3),
    "schema_bytes": Quantity(title="size", unit="KiB", scale=2.0**10),
    "first_event_s": Quantity(title="first event of a stream", unit="ms", scale=1e-3),
    "stream_s": Quantity(title="whole stream", unit="ms", scale=1e-3),
    "soaked_s": Quantity(title="asked for", unit="s"),
    "requests": Quantity(title="answered", unit=""),
    "errors": Quantity(title="errors", unit=""),
    "pss_slope_bytes_per_s": Quantity(title="memory grows by", unit="KiB/s", scale=2.0**10),
    "descriptors_slope_per_s": Quantity(title="descriptors grow by", unit="/s"),
    "lost": Quantity(title="lost", unit=""),
    "stale": Quantity(title="closed on a kept connection", unit=""),
    "all_new_s": Quantity(title="until all workers are new", unit="s"),
}
"""By the name in records, in the order of tables; a name that is not known is shown as it was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """What one probe saw of one stack, all repeats together."""

    cell: Cell
    n: int
    """Repeats."""
    values: dict[str, Level]
    """Medians, by the name in records."""
    answers: dict[str, str]
    """By what was looked at; what repeats differ in stands side by side."""
    absent: dict[str, str]
    """Why a value is missing from at least one repeat."""


def summarise_lifecycles(run: Run) -> tuple[Lifecycle, ...]:
    """One entry for each cell that was looked at, in the order of the plan."""
    by_cell: dict[Cell, list[LifecycleRecord]] = {}
    for record in run.lifecycles:
        by_cell.setdefault(record.cell, []).append(record)
    return tuple(_summary(cell, by_cell[cell]) for cell in run.plan.cells if cell in by_cell)


def _summary(cell: Cell, records: Sequence[LifecycleRecord]) -> Lifecycle:
    names = _names(record.values for record in records)
    known = [*(name for name in QUANTITIES if name in names), *(n for n in names if n not in QUANTITIES)]
    return Lifecycle(
        cell=cell,
        n=len(records),
        values={
            **{name: median([r.values[name] for r in records if name in r.values]) for name in known},
            **_slopes(records),
        },
        answers={
            name: " / ".join(dict.fromkeys(r.answers[name] for r in records if name in r.answers))
            for name in _names(record.answers for record in records)
        },
        absent={name: reason for record in records for name, reason in record.absent.items()},
    )


def _slopes(records: Sequence[LifecycleRecord]) -> dict[str, Level]:
    """Slopes of what the last repeat read again and again."""
    series = records[-1].series
    slopes = {
        "pss_slope_bytes_per_s": slope(series.get("at_s", ()), series.get("pss_bytes", ())),
        "descriptors_slope_per_s": slope(series.get("at_s", ()), series.get("descriptors", ())),
    }
    return {name: level for name, level in slopes.items() if level is not None}


def _names(tables: Iterable[dict[str, float]] | Iterable[dict[str, str]]) -> tuple[str, ...]:
    """Every key, in order of first appearance."""
    return tuple(dict.fromkeys(name for table in tables for name in table))


def quantity(name: str) -> Quantity:
    """How the value ``name`` is said."""
    return QUANTITIES.get(name, Quantity(title=name, unit=""))


def scaled(name: str, level: Level) -> Level:
    """``level`` in the unit that the value ``name`` is said in."""
    scale = quantity(name).scale
    low, high = (None if bound is None else bound / scale for bound in (level.low, level.high))
    return Level(value=level.value / scale, low=low, high=high, n=level.n)
