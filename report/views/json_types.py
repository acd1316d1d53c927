"""Types of the JSON that ``run``, ``cost``, ``compare`` and ``gate`` print.

mypy holds what is written against them, and docs/reference/schemas/ is made from them with the sentence below
each field.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from report.analysis.flames import FlameGraph
from report.analysis.gate.judgement import Tier
from report.analysis.machine_speed import SpeedRange
from report.stats.levels import Level
from results.model import Arrivals, Failure, GateStage, Interface, Load, Machine, Side, SideName


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


class NumberJson(TypedDict):
    """A number of an answer."""

    text: str
    """As the sentence writes it."""
    value: Level
    unit: str
    """``ratio``, ``%``, or that of a metric."""
    slug: str
    """Of the cell that it is of."""
    relative_to: str | None
    """Slug of the cell that it is relative to."""
    about: str
    """What it is of, where that is no ratio and no throughput."""


class AnswerJson(TypedDict):
    """A sentence, and each number in it."""

    sentence: str
    numbers: list[NumberJson]


class CardJson(TypedDict):
    """The answer for one kind of work."""

    kind: str
    title: str
    answer: AnswerJson
    others: list[AnswerJson]
    """A sentence for each further scenario."""
    rests_on: str
    """Empty where the run has no such work."""
    command: str
    """What measures such work."""


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
    cells: list[RunCellJson]
    failures: list[Failure]
    problems: list[str]
    """Lines of the record that could not be read."""


class SourceJson(TypedDict):
    """A recorded run that a page is made of."""

    run: str
    """Its name."""
    planned_unix_s: float
    first_block: int
    """Number, from 0, that its first block has on the page."""
    blocks: int
    cells: list[str]
    """Slugs of those that were measured."""


class EntryJson(TypedDict):
    """A cell of a table."""

    text: str
    detail: str
    """The interval."""
    value: float | None
    """Number that is sorted by, where the text is not; None elsewhere."""
    gap: bool
    """Whether the text says why there is no value."""


class ColumnJson(TypedDict):
    """Head of a column."""

    label: str
    unit: str


class TableJson(TypedDict):
    """A table of a page."""

    caption: str
    columns: list[ColumnJson]
    rows: list[list[EntryJson]]


class FactJson(TypedDict):
    """A name with its value, or a point with its explanation."""

    name: str
    text: str


class PartJson(TypedDict):
    """Part of a section."""

    heading: str
    text: str
    points: list[FactJson]
    charts: list[str]
    """What each chart shows, in words; its numbers stand in the tables."""
    tables: list[TableJson]
    logs: list[FactJson]
    """Ends of the logs of servers."""


class SectionJson(TypedDict):
    """A question of a page, and what answers it."""

    name: str
    """As in the address of the page."""
    question: str
    answer: str
    note: str
    parts: list[PartJson]


class PageJson(TypedDict):
    """Everything that a page says."""

    name: str
    """Of its run; of several, all their names."""
    runs: list[SourceJson]
    """What it is made of, where these are several; else empty."""
    verdict: str
    """The headline."""
    facts: list[FactJson]
    warnings: list[FactJson]
    """Flags that concern the whole run."""
    overview: list[TableJson]
    """Every stack against every workload; empty where no load was timed."""
    sections: list[SectionJson]
    numbers: RunJson | None
    """As `hotlap run --json` has them, under the name of the page; None where no load was timed."""


class PagesJson(TypedDict):
    """``hotlap report --format json``."""

    pages: list[PageJson]
    apart: list[str]
    """Why there are not fewer pages, a sentence for each but the first."""


class CountedJson(TypedDict):
    """A count, or why there is none."""

    instructions_per_request: Level | None
    """In user space: mean over repeats; of a layer, the difference."""
    reason: NotRequired[str]
    """Why there is no value."""


class CostStepJson(CountedJson):
    """A layer: what a stack adds to what it stands on."""

    slug: str
    over: str | None
    """Slug of the cell that it stands on; None for the floor."""


class CostTwinJson(CostStepJson):
    """What one thing costs: a scenario over its twin, which is the same without that thing."""

    thing: str


class CostPriceJson(CostStepJson):
    """What one addition costs a stack: its scenario over price-none."""

    addition: str
    """In words."""
    share: float | None
    """Of what a request takes without it; None where there is no value."""


class CostPriceListJson(TypedDict):
    """What additions cost one stack."""

    framework: str
    server: str
    interface: Interface
    without: CountedJson
    """A request with nothing added."""
    prices: list[CostPriceJson]
    """The dearest first; those without a value at the end."""
    under_load: str
    """Command that measures the dearest under load; empty where none has a value."""


class CostCellJson(CountedJson):
    """What was counted of one cell."""

    slug: str
    spread: float | None
    """Highest less lowest interval of all repeats, as a share of the mean."""
    by_repeat: list[float]
    counter: str | None
    tool: str | None
    interpreter: str | None
    in_process: str | None
    """Slug of the same cell without a server; None where that was not planned."""


class CostLayersJson(TypedDict):
    """The layers of one scenario on one server variant, interface and interpreter, the floor first."""

    scenario: str
    server: str
    interface: Interface
    python: NotRequired[str]
    """Where the run has several interpreters."""
    steps: list[CostStepJson]


class CostSharesJson(TypedDict):
    """Where a request of one cell goes."""

    cell: str
    """Its slug."""
    side: SideName
    by: str
    """``function`` (inclusive, at boundaries), ``layer``, or in older records ``object`` (these add up)."""
    shares: dict[str, float]
    """0 to 1 by name of boundary function, layer or shared object."""
    tool: str
    python: str
    samples: NotRequired[int]
    """What they are shares of; missing where they are shares of instructions, as in older records."""


class LifecycleCellJson(TypedDict):
    """What one probe saw of one stack."""

    slug: str
    stack: str
    probe: str
    connections: int
    workers: int
    repeats: int
    values: dict[str, Level]
    """Medians over repeats, by a name that ends with its unit."""
    answers: dict[str, str]
    """What was seen, in words, by what was looked at."""
    absent: dict[str, str]
    """Why a value is missing from at least one repeat, by its name."""


class LifecycleJson(TypedDict):
    """``hotlap lifecycle --json``."""

    run: str
    """Folder of the record."""
    scope: str
    """What the values are, in words."""
    cells: list[LifecycleCellJson]
    not_applicable: list[GapJson]
    """What stacks lack by design."""
    openapi_frameworks: list[str]
    """Frameworks whose OpenAPI documents were recorded."""
    openapi_differences: list[str]
    """What these say differently of paths, parameters, bodies and success answers; empty: they are equal."""
    older_servers: list[str]
    """What older servers were started with otherwise, a sentence each."""
    failures: list[Failure]
    problems: list[str]
    """What of the record could not be read."""


class CostJson(TypedDict):
    """``hotlap cost --json``."""

    run: str
    """Folder of the record."""
    scope: str
    """What was counted and what not, in words."""
    cells: list[CostCellJson]
    layers: list[CostLayersJson]
    twins: list[CostTwinJson]
    """What single things cost each stack: a scenario over its twin."""
    prices: NotRequired[list[CostPriceListJson]]
    """Of each stack that was counted with additions, where there is one."""
    shares: list[CostSharesJson]
    flame_graphs: NotRequired[list[FlameGraph]]
    """Files that `--where` wrote."""
    older_servers: list[str]
    """As in ``hotlap run --json``."""
    failures: list[Failure]
    problems: list[str]


class WaiverJson(TypedDict):
    """A waiver, as perf-waivers.toml has it."""

    cell: str
    metric: str
    ceiling_percent: float
    reason: str
    expires: str
    """Last day that it holds, as 2027-01-31."""


class WorseJson(TypedDict):
    """By how much the head is worse than the base."""

    percent: float
    low_percent: float
    """Of the 95% interval."""
    high_percent: float
    p_one_sided: float
    """Of a difference this bad where the head is no worse."""
    smallest_visible_percent: float
    """That would have been found with a probability of 90%."""
    deviation_percent: float
    """Of one launch pair or count."""
    n: int
    """Launch pairs, counts of the side that has fewer, or blocks."""


class RowJson(TypedDict):
    """One metric of one pairing; differences are in percent, and positive is worse."""

    cell: str
    base_cell: str
    head_cell: str
    tier: str
    metric: str
    unit: str
    word: str
    """regression, waived, could not measure, no regression seen, improvement or fine."""
    verdict: str
    """The word with what belongs to it."""
    decides: bool
    """Whether the gate's exit code depends on it."""
    inconclusive: bool
    stage: GateStage
    """What it rests on; empty outside of a gate."""
    base: float | None
    head: float | None
    ratio: Level | None
    """head/base, in the metric's own direction."""
    worse: WorseJson | None
    p_corrected: float | None
    least_effect_percent: float
    must_not_pass_percent: float
    said: str
    notes: tuple[str, ...]
    """Doubts about what it rests on."""
    waiver: WaiverJson | None


class CompareJson(TypedDict):
    """``hotlap compare --json``."""

    base: str
    """In words, or the run's name."""
    head: str
    """In words, or the run's name."""
    how: str
    """What the differences rest on."""
    differences: tuple[str, ...]
    """Between the environments of the two sides."""
    rows: list[RowJson]
    left_out: tuple[str, ...]
    """What was measured on one side only, or could not be read."""
    flame_graphs: NotRequired[tuple[FlameGraph, ...]]
    """Files that `--where` wrote: what differs between the stacks of both sides."""
    exit_code: int


class GateJson(TypedDict):
    """``hotlap gate --json`` and ``--json-file``."""

    run: str
    """Name of the run's folder."""
    exit_code: int
    headline: str
    """What to do."""
    base: Side
    head: Side
    machine: Machine
    harness: dict[str, str]
    """Versions by package."""
    command: str
    """To measure it again."""
    differences: tuple[str, ...]
    """Between the environments of the two sides."""
    tiers: list[Tier]
    problems: tuple[str, ...]
    """What keeps the whole run from being judged."""
    expired_waivers: list[WaiverJson]
    unused_waivers: list[WaiverJson]
    rows: list[RowJson]
    flame_graphs: NotRequired[tuple[FlameGraph, ...]]
    """Of cells whose stacks were sampled (`--where`): what differs between both sides."""
