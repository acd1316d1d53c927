"""Of ``hotlap list --json``, also with ``--plan``."""

from __future__ import annotations

from typing import Any, TypedDict

from report.views.json_types.run import GapJson
from results.model import Arrivals, Interface, Load


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
