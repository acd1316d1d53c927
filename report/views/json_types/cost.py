"""Of ``hotlap cost --json``."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from report.analysis.flames import FlameGraph
from report.stats.levels import Level
from results.model import Failure, Interface, SideName


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
