"""Of ``hotlap run --json``."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from report.analysis.machine_speed import SpeedRange
from report.stats.levels import Level
from report.views.json_types.answers import AnswerJson, CardJson
from results.model import Arrivals, Failure, Interface, Load


class RankedStack(TypedDict):
    """A stack within a comparison."""

    slug: str
    """Of its cell."""
    level: Level
    ratio: Level
    """To the best of the comparison; without an interval for the best itself, which is 1."""


class ContenderJson(RankedStack):
    """A stack that is ranked."""

    tier: int | None
    """1: cannot be told from the best. None below 6 blocks, or with nothing to compare with."""


class GapJson(TypedDict):
    """A cell without a value."""

    slug: str
    reason: str
    """Why, in words."""


class ComparisonJson(TypedDict):
    """Stacks that may be compared with each other, by one metric under one load."""

    kind: str
    """``frameworks``: on one server variant and interface; ``stacks``: stack against stack."""
    metric: str
    """Its unit stands in its name."""
    server: str | None
    """None where stacks are compared."""
    interface: Interface | None
    """None where stacks are compared."""
    scenario: str
    load: Load
    connections: int
    workers: int
    rate_rps: float | None
    """Open load at one rate for all; None under closed load."""
    arrivals: Arrivals | None
    share: float | None
    """Open load at a rate of each stack's own: this share of its capacity."""
    reuse: int | None
    """The client closes a connection after so many requests; None: it keeps it."""
    in_turns: bool
    """Measured in the turns of relays; else in whole windows."""
    blocks: int
    sentence: str
    """The answer in words."""
    smallest_difference_percent: float | None
    """That this run could have told."""
    contenders: list[ContenderJson]
    """Best first."""
    floors: list[RankedStack]
    """Bare interface apps, never ranked."""
    missing: list[GapJson]


class ControlJson(TypedDict):
    """The A/A control: one stack measured twice."""

    slug: str
    metric: str
    ratio: Level | None
    ok: bool
    """Whether the interval of its ratio to itself holds 1."""


class ExplanationJson(TypedDict):
    """A pattern of numbers that has a known cause."""

    slug: str
    pattern: str
    title: str
    evidence: str
    cause: str
    remedy: str


class PrecisionJson(TypedDict):
    """What ``--precision`` came to."""

    asked_percent: float
    reached: bool
    not_within_percent: dict[str, float | None]
    """Half-width by slug of the cells that are less precise; None: no interval."""


class MeasuredJson(TypedDict):
    """A metric of a cell: its level, or the reason why there is none."""

    level: NotRequired[Level]
    reason: NotRequired[str]


class ServiceUseJson(TypedDict):
    """What the trials of a cell took of what its server talks to, medians over them."""

    busy: float
    """Share of the wall time of its CPUs."""
    cpu_us_per_request: float


class RunCellJson(TypedDict):
    """A cell; beside these fields it has each metric by its name."""

    slug: str
    trials: int
    services: NotRequired[dict[str, ServiceUseJson]]
    """By name, such as ``database``, where its server talked to one whose CPU was measured."""
    flags: dict[str, int]
    """Trials that carry each flag, by its name."""


class RunJson(TypedDict):
    """``hotlap run --json``: ratios are to the best of a comparison, units stand in the names of metrics."""

    run: str
    """Folder of the record."""
    report: str | None
    """First page of the report, where one was written."""
    blocks: int
    """Complete ones."""
    trials: int
    headline: AnswerJson
    """What a person would say of the run."""
    besides: list[AnswerJson]
    """Sentences that belong with it: where WSGI keeps up, what failed, what is doubted throughout."""
    cards: list[CardJson]
    """One for each kind of work."""
    answers: list[str]
    """Who is fastest where, in words."""
    comparisons: list[ComparisonJson]
    controls: list[ControlJson]
    doubts: list[str]
    """What speaks against trusting the run, in words."""
    explanations: list[ExplanationJson]
    older_servers: list[str]
    """What servers older than the locked ones were started with otherwise, in words."""
    precision: PrecisionJson | None
    """None unless ``--precision`` was asked for."""
    machine_speed: SpeedRange | None
    """None where nothing was measured in turns."""
    ratio_change_percent: Level | None
    """Standard deviation of what ratios on one server differ by where the machine is 10% faster or slower.

    None where turns are too few to tell.
    """
    cells: list[RunCellJson]
    failures: list[Failure]
    problems: list[str]
    """Lines of the record that could not be read."""
