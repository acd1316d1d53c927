"""The metrics, each declared once: how it is read from the record, said, shown and compared.

Columns of trials, summaries, terminal, page, JSON and the comparison of two sides take them from here, so
that a new metric is one more declaration in ``QUANTITIES``.
"""

from __future__ import annotations

import math

from report.analysis.cost_records import cost_of
from report.analysis.metric_types import (
    Effects,
    FromCount,
    FromLatency,
    FromTrial,
    Metric,
    PerTurn,
    Quantity,
    Shown,
    TwoSides,
)
from report.analysis.validity import occupied, utilisation
from results.histogram import Latency
from results.model import Load, Trial

COST_EFFECTS = Effects(least=0.005, must_not_pass=0.01)
"""Differences that matter in what is counted."""
CPU_EFFECTS = Effects(least=0.015, must_not_pass=0.06)
"""Differences that matter in CPU per request (docs/adr/0016)."""
THROUGHPUT_EFFECTS = Effects(least=0.05, must_not_pass=0.10)
"""The same of throughput, where the server waits."""
MEDIAN_EFFECTS = Effects(least=0.10, must_not_pass=0.25, screen_p=0.05)
P99_EFFECTS = Effects(least=0.20, must_not_pass=0.50, screen_p=0.05)
"""Latency varies more, and what waits more than before is seen in it by far more."""
MEMORY_EFFECTS = Effects(least=0.05, must_not_pass=0.10)
"""The same of memory after load."""


def _cpu_us_per_request(trial: Trial) -> float | None:
    if not trial.server_cpu_ns or not trial.requests:
        return None
    return trial.server_cpu_ns / 1e3 / trial.requests


def _memory_mib(trial: Trial) -> float | None:
    return trial.memory_pss_bytes / 2**20 if trial.memory_pss_bytes else None


THROUGHPUT = Metric(
    name="throughput_rps",
    source=FromTrial(
        read=lambda trial: trial.requests / trial.window_s,
        per_turn=PerTurn(
            numerators=lambda turns: turns.requests, denominators=lambda turns: turns.span_us, scale=1e6
        ),
    ),
    title="Throughput",
    noun="throughput",
    unit="requests/s",
    best="fastest",
    absent="no right answer",
    higher_is_better=True,
    loads=(Load.CLOSED,),
    shown=Shown(unit="requests/s", columns={Load.CLOSED: 0, Load.OPEN: 2}, section="serve"),
    two_sides=TwoSides(effects=THROUGHPUT_EFFECTS),
)
"""Right answers per second; under open load that is the offered rate, so stacks are not compared by it."""
CPU = Metric(
    name="cpu_us_per_request",
    source=FromTrial(
        read=_cpu_us_per_request,
        per_turn=PerTurn(numerators=lambda turns: turns.cpu_us, denominators=lambda turns: turns.requests),
    ),
    title="CPU per request",
    noun="CPU per request",
    unit="us",
    best="leanest",
    absent="CPU time of the server was not readable",
    at_equal_load=True,
    shown=Shown(
        unit="us",
        heading="CPU",
        columns={Load.CLOSED: 1, Load.OPEN: 3},
        section="consume",
        extremes=("A request costs", "of CPU time"),
    ),
    two_sides=TwoSides(effects=CPU_EFFECTS, absent="CPU time of the server was not measured"),
)
MEDIAN = Metric(
    name="p50_us",
    source=FromLatency(percent=50.0),
    title="Median latency",
    noun="median latency",
    unit="us",
    best="quickest",
    absent="too few samples beyond it",
    shown=Shown(
        unit="ms", factor=1e-3, heading="p50", columns={Load.OPEN: 0}, section="wait", label="Median"
    ),
    two_sides=TwoSides(effects=MEDIAN_EFFECTS),
)
P99 = Metric(
    name="p99_us",
    source=FromLatency(percent=99.0),
    title="99th percentile of latency",
    noun="99th percentile",
    unit="us",
    best="quickest",
    absent="too few samples beyond it",
    shown=Shown(
        unit="ms",
        factor=1e-3,
        heading="p99",
        columns={Load.CLOSED: 2, Load.OPEN: 1},
        section="wait",
        label="99th percentile",
    ),
    two_sides=TwoSides(effects=P99_EFFECTS, least_requests=5_000, least_in_turns=300),
)
"""A difference of it rests on 50 samples or more beyond it: in every trial, or where trials are turns of open
load, in all launch pairs of a stage, with 3 in each launch (docs/method.md, section 6)."""
MEMORY = Metric(
    name="memory_mib",
    source=FromTrial(read=_memory_mib),
    title="Memory",
    noun="memory",
    unit="MiB",
    best="smallest",
    absent="not readable on this machine",
    shown=Shown(
        unit="MiB", columns={Load.CLOSED: 3}, section="consume", extremes=("A server holds", "of memory")
    ),
    two_sides=TwoSides(effects=MEMORY_EFFECTS),
)
COST = Metric(
    name="instructions_per_request",
    source=FromCount(read=cost_of),
    title="Cost",
    noun="cost per request",
    unit="instructions",
    best="cheapest",
    absent="it was not counted",
    loads=(Load.LOCKSTEP,),
    shown=Shown(unit="instructions", section="layers"),
    two_sides=TwoSides(effects=COST_EFFECTS),
)

QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        THROUGHPUT,
        CPU,
        Quantity(name="utilisation", source=FromTrial(read=utilisation)),
        Quantity(name="occupied", source=FromTrial(read=occupied)),
        MEDIAN,
        Quantity(name="p90_us", source=FromLatency(percent=90.0)),
        P99,
        Quantity(name="p999_us", source=FromLatency(percent=99.9)),
        MEMORY,
        COST,
    )
}
"""Everything declared, in the order of the columns of trials."""


def trial_columns() -> tuple[str, ...]:
    """Names of the quantities that every trial has, in the order of their columns."""
    return tuple(name for name, quantity in QUANTITIES.items() if not isinstance(quantity.source, FromCount))


def latency_percents() -> dict[str, float]:
    """By name of the quantity: which percentile of latency it is."""
    return {
        name: quantity.source.percent
        for name, quantity in QUANTITIES.items()
        if isinstance(quantity.source, FromLatency)
    }


def per_turn_ratios() -> dict[str, PerTurn]:
    """By name of the quantity: how each turn of a leg tells it; without those that turns do not tell."""
    return {
        name: quantity.source.per_turn
        for name, quantity in QUANTITIES.items()
        if isinstance(quantity.source, FromTrial) and quantity.source.per_turn
    }


def variance_column(name: str) -> str:
    """Column of the variance that the turns of a heat give the logarithm of a quantity."""
    return f"{name}_variance"


def read_quantities(trial: Trial, latency: Latency) -> dict[str, float]:
    """Every quantity of a trial by name, NaN where it has none; ``latency`` is its decoded histogram."""
    sources = {name: quantity.source for name, quantity in QUANTITIES.items()}
    facts = {name: source.read(trial) for name, source in sources.items() if isinstance(source, FromTrial)}
    percents = latency_percents()
    shown = latency.shown(list(percents.values())).tolist()
    values = {name: math.nan if value is None else value for name, value in facts.items()}
    return values | dict(zip(percents, shown, strict=True))


def timed_metrics() -> dict[str, Metric]:
    """By name: the metrics that trials are summarised by, all but those that are counted."""
    return {
        name: quantity
        for name, quantity in QUANTITIES.items()
        if isinstance(quantity, Metric) and not isinstance(quantity.source, FromCount)
    }


def telling_metric(load: Load) -> Metric:
    """What a cell under ``load`` is judged by first: what it serves or, where that is offered, the wait."""
    return THROUGHPUT if load in THROUGHPUT.loads else MEDIAN


def columns_under(load: Load) -> tuple[Metric, ...]:
    """What a table of cells under ``load`` has room for, in its order."""
    placed = [metric for metric in timed_metrics().values() if load in metric.shown.columns]
    return tuple(sorted(placed, key=lambda metric: metric.shown.columns[load]))


def page_columns(section: str) -> tuple[Metric, ...]:
    """The columns of a section's tables on the page."""
    return tuple(metric for metric in timed_metrics().values() if metric.shown.section == section)


def compared_metrics(load: Load) -> tuple[Metric, ...]:
    """What two sides are compared by under ``load``; CPU per request first, which most are judged by."""
    metrics = [
        quantity
        for quantity in QUANTITIES.values()
        if isinstance(quantity, Metric)
        and quantity.two_sides is not None
        and isinstance(quantity.source, FromCount) == (load == Load.LOCKSTEP)
        and load in quantity.loads
    ]
    return tuple(sorted(metrics, key=lambda metric: metric is not CPU))
