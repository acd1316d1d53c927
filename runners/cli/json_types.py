"""Types of the JSON of each command: mypy holds outputs to them, docs/reference/schemas/ is made from them.

Those of what ``report`` says stand in ``report.views.json_types``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, cast, get_type_hints

from report.analysis.metrics import timed_metrics
from report.stats.levels import Level
from report.views.json_types import (
    CompareJson,
    CostJson,
    GapJson,
    GateJson,
    LifecycleJson,
    MeasuredJson,
    PageJson,
    PagesJson,
    RunCellJson,
    RunJson,
)
from results.model import Arrivals, Ceiling, Failure, Finding, Interface, Load
from runners.experiments.slo import Slo


class FrameworkJson(TypedDict):
    """A framework, as its file declares it."""

    name: str
    title: str
    interfaces: list[Interface]
    floor: bool
    """A bare interface app, which frameworks are measured against."""
    default: bool
    """False: only measured when it is named."""
    serialiser: str
    validator: str


class ServerJson(TypedDict):
    """A server variant."""

    name: str
    title: str
    interface: Interface
    default: bool
    """False: it is taken only when named."""
    notes: str
    needs: list[str]
    """Requirements without which it is not applicable."""


class ScenarioJson(TypedDict):
    """A scenario."""

    name: str
    title: str
    group: str
    """Family that an app file names it by."""
    needs: str
    """Capability that a stack needs for it."""
    default: bool
    """False: only measured when it is named."""


class ProbeJson(TypedDict):
    """What looks at one lifecycle."""

    name: str
    number: str
    """Such as ``L1``."""
    needs: str
    """Capability that a server needs for it."""
    repeats: int
    """Records of each stack, unless told otherwise."""


class CellJson(TypedDict):
    """A cell of the selection."""

    slug: str
    framework: str
    server: str
    interface: Interface
    scenario: str
    load: Load
    connections: int
    rate_rps: float | None
    arrivals: Arrivals | None
    reuse: int | None
    workers: int
    control: bool


class SuiteJson(TypedDict):
    """A named set of options."""

    name: str
    about: str
    options: dict[str, Any]
    """Value by name of option."""


class ListJson(TypedDict):
    """``hotlap list --json``."""

    frameworks: list[FrameworkJson]
    servers: list[ServerJson]
    scenarios: list[ScenarioJson]
    suites: list[SuiteJson]
    probes: list[ProbeJson]
    """Of lifecycles, for ``hotlap lifecycle``."""
    stacks: list[str]
    """Of the selection: ``framework--server``."""
    cells: list[CellJson]
    not_applicable: list[GapJson]
    """Cells that the stack lacks by design."""
    not_implemented: list[GapJson]
    """Cells that the framework's app lacks."""


class ApartJson(TypedDict):
    """A framework and a server variant that were both asked for and do not meet."""

    framework: str
    server: str
    reason: str


class PlanJson(TypedDict):
    """``hotlap list --plan --json``: what a run would be."""

    cells: list[CellJson]
    """Those of the A/A control included."""
    blocks: int
    """Where a precision is asked for: at most."""
    launches: int
    """Of each block."""
    verifying_s: float
    """A guess."""
    measuring_s: float
    """What the run itself begins to count down from."""
    precision_percent: float | None
    heats: int
    """Of each block."""
    live: int
    """Servers that live at once, at most."""
    memory_bytes: int
    """What these take, a guess."""
    available_bytes: int
    """What they may take."""
    not_applicable: list[GapJson]
    """Cells that the stack lacks by design."""
    unmet: list[GapJson]
    """Cells whose locked versions are too old."""
    not_implemented: list[GapJson]
    """Cells that the framework's app lacks."""
    no_interface: list[ApartJson]


class VerifyJson(TypedDict):
    """``hotlap verify --json``."""

    passed: list[str]
    """Slugs of the cells that answer rightly."""
    failures: list[Failure]
    findings: list[Finding]


class SentJson(TypedDict):
    """Something odd that was sent, and what came back."""

    sent: str
    """In words."""
    answers: dict[str, str]
    """In short, by server variant: statuses, how the connection ended, what the application saw."""


class ProtocolJson(TypedDict):
    """``hotlap verify --protocol --json``."""

    servers: list[str]
    """Server variants that were asked."""
    sent: list[SentJson]
    failures: list[Failure]
    """Servers that did not start, or lack what hotlap's own load relies on."""


class HighestRateJson(TypedDict):
    """The highest rate of one cell that keeps to the limit."""

    stack: str
    scenario: str
    workers: int
    rate_rps: float
    """Median over launches of the highest rate that held; 0: none did."""
    low_rps: float
    """It held in every launch."""
    high_rps: float | None
    """It held in no launch; None: a launch found no end."""
    launches: Sequence[tuple[float, float | None]]
    """Highest rate that held and lowest that did not, by launch."""


class SloJson(TypedDict):
    """``hotlap run --slo LIMIT --json``."""

    slo: Slo
    arrivals: Arrivals
    cells: list[HighestRateJson]
    failures: list[Failure]


class ReportJson(TypedDict):
    """``hotlap report --json``."""

    report: str
    """First page."""
    pages: list[list[str]]
    """Names of the runs that each page is made of."""
    apart: list[str]
    """Why there are not fewer pages, a sentence for each but the first."""


class SiteJson(TypedDict):
    """``hotlap site --json``."""

    site: str
    """The index over its runs."""
    pages: int
    """How many it has, the index included."""
    parquet: bool
    """Whether the data was written as Parquet too, which takes the extra ``hotlap[parquet]``."""


class SiteAddJson(TypedDict):
    """``hotlap site --add --json``."""

    site: str
    """The index over its runs."""
    runs: int
    """How many it lists."""
    made: int
    """How many of their pages were made now."""
    waiting: int
    """How many pages were made by other code, or are not whole, and wait until they are made anew."""
    gone: list[str]
    """What made room for the new runs, a sentence each."""
    aside: list[str]
    """Folders whose record cannot be read, a sentence each."""
    total_bytes: int
    """Of all files."""


class MeasuredClaimJson(TypedDict):
    """What a run says of a claim."""

    sentence: str
    value: Level | None
    """The number in the sentence; None where the answer is a yes or a no."""
    unit: str
    """Of the value; ``ratio`` where it is of two cells, empty where there is none."""
    cells: list[str]
    """Slugs of the cells that it rests on."""


class ClaimJson(TypedDict):
    """Something that is said of these stacks."""

    name: str
    says: str
    wants: str
    """Which cells tell, in words."""
    command: str
    """What measures them."""
    run: str | None
    """Name of the run that tells, or of those that tell together, with commas; None: none has the cells."""
    measured: list[MeasuredClaimJson]


class ClaimsJson(TypedDict):
    """``hotlap claims --json``."""

    claims: list[ClaimJson]
    """Every claim, once for each run that tells."""


class HistoryPointJson(TypedDict):
    """One run of a series."""

    run: str
    value: float
    low: float | None
    """Ends of the 95% interval; None: the run has too few blocks for one."""
    high: float | None


class HistorySeamJson(TypedDict):
    """Where a series is cut: nothing is judged across it."""

    run: str
    """The first behind it."""
    reason: str


class HistoryStepJson(TypedDict):
    """Where the mean of a series changed."""

    run: str
    """The first behind it."""
    ratio: float
    """Mean behind it to mean before it."""
    low: float | None
    """Ends of the 95% interval of ``ratio``."""
    high: float | None
    runs_since: int
    differences: list[str]
    """All that is recorded to differ between the runs on both sides of it."""


class HistorySeriesJson(TypedDict):
    """One cell by one metric over the runs that measured it."""

    cell: str
    relative_to: str | None
    """Slug of the cell that values are ratios to; None: they are absolute."""
    metric: str
    points: list[HistoryPointJson]
    """The oldest run first."""
    seams: list[HistorySeamJson]
    steps: list[HistoryStepJson]
    deviation: float | None
    """Standard deviation of the logarithm from run to run, behind the last seam; None: of one run."""


class HistoryJson(TypedDict):
    """``hotlap history --json``."""

    runs: list[str]
    """The oldest first."""
    series: list[HistorySeriesJson]


class ContestJson(TypedDict):
    """Clients of one server side by side, round by round."""

    against: str
    """``nginx``, or the stack of a floor."""
    shape: str
    connections: int
    rounds: dict[str, Sequence[float]]
    """Requests per second, by client."""
    p50_us: dict[str, Sequence[float]]
    """Median latency, by client that tells it."""
    bytes_per_request: float
    busy: Sequence[float]
    """Share of its core that the pump used."""
    ratios: dict[str, list[float]]
    """The pump's throughput as a multiple of the client's."""


class PromiseJson(TypedDict):
    """A figure and the bar it is held against."""

    what: str
    value: float
    bar: float
    unit: str
    at_least: bool
    """Else at most."""
    digits: int
    """Printed behind the point."""
    detail: str
    kept: bool


class CalibrateJson(TypedDict):
    """``hotlap calibrate --json``."""

    contests: list[ContestJson]
    promises: list[PromiseJson]
    ceilings: list[Ceiling]
    notes: list[str]
    """What could not be measured, and why."""


class BuiltJson(TypedDict):
    """A folder that was built for runs and kept."""

    name: str
    bytes: int
    unused_days: float
    removed: bool


class CacheJson(TypedDict):
    """``hotlap cache --json``."""

    folder: str
    built: list[BuiltJson]


def run_json() -> type:
    """``RunJson`` with the metrics that are declared now as fields of its cells."""
    metrics = dict.fromkeys(timed_metrics(), MeasuredJson)
    cell = _with_fields(RunCellJson, metrics)
    return _with_fields(RunJson, {"cells": list[cell]})  # type: ignore[valid-type] # made at run time


def pages_json() -> type:
    """``PagesJson`` with the metrics that are declared now."""
    page = _with_fields(PageJson, {"numbers": run_json() | None})
    return _with_fields(PagesJson, {"pages": list[page]})  # type: ignore[valid-type] # made at run time


def _with_fields(kind: type, fields: dict[str, Any]) -> type:
    """``kind``, a TypedDict, with further fields, or with others of the same names."""
    made: Any = TypedDict(kind.__name__, {**get_type_hints(kind, include_extras=True), **fields})  # type: ignore[misc] # the same
    made.__doc__, made.__module__ = kind.__doc__, kind.__module__
    return cast("type", made)


OUTPUTS: dict[str, type] = {
    "list": ListJson,
    "list-plan": PlanJson,
    "verify": VerifyJson,
    "verify-protocol": ProtocolJson,
    "run": run_json(),
    "run-slo": SloJson,
    "report": ReportJson,
    "report-format": pages_json(),
    "site": SiteJson,
    "site-add": SiteAddJson,
    "claims": ClaimsJson,
    "history": HistoryJson,
    "cost": CostJson,
    "lifecycle": LifecycleJson,
    "compare": CompareJson,
    "gate": GateJson,
    "calibrate": CalibrateJson,
    "cache": CacheJson,
}
"""What ``--json`` prints by command; behind ``-`` stands an option, as in ``run-slo`` for ``run --slo``."""
