"""Line 1 of a run: how it was asked for, and what that was resolved to."""

from __future__ import annotations

from dataclasses import dataclass, field

from results.model.cell import Cell, NotApplicable, Pairing, Side
from results.model.environment import Environment
from results.model.values import Int64, PlanKind

SCHEMA = (1, 10)
"""(major, minor) of the records written by this version."""
FIRST_LOOK = 8
"""Blocks before anybody looks whether a run is as precise as asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How the run was asked for: what, if changed, would make it another run."""

    blocks: Int64
    warmup_s: float
    window_s: float
    seed: Int64
    server_cpus: tuple[Int64, ...]
    generator_cpus: tuple[Int64, ...]
    backlog: Int64 = 2048
    keep_alive_s: Int64 = 60
    threads: Int64 = 40
    generator_awake: bool = False
    """Whether the generator polled without sleeping wherever nothing else needed its CPU (schema 1.10)."""
    generators: Int64 = 1
    """Processes of this machine that make the load."""
    joined: Int64 = 0
    """Processes of further machines that make it with them."""
    host: str = "127.0.0.1"
    """Address that servers listened on."""
    url: str | None = None
    """The server, where hotlap did not start it; its CPU, memory and command line are not known then."""
    command: tuple[str, ...] = ()
    """The command line that made the run, without the program's path."""
    precision_percent: float | None = None
    """Half-width of ratios' intervals at which the run ends, ``blocks`` being the most; None: all of them."""
    turn_s: float | None = None
    """How long each turn of a relay was to be; None: there were whole windows only."""
    leg_s: float | None = None
    """How long all turns of one launch in one scenario were to be; None as ``turn_s``."""
    heat: Int64 = 1
    """Stacks that lived at once, at most."""
    open_window_s: float | None = None
    """Length of the windows of open load where it is another than ``window_s``."""
    open_turn_s: float | None = None
    """How long each turn of an open load was to be; None: its windows were whole."""
    reference: str = ""
    """Stack (without interpreter) that lived in every heat, its packages by a frozen lock: what histories are
    relative to; empty: there was none (schema 1.8)."""


UPSTREAM = "upstream"
"""Shape of a ceiling that is not the generator's but that of the stub that apps call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What the generator could do at most on this machine, against a server that only gives one answer.

    Of the shape ``upstream``, what the stub that apps call could answer at most.
    """

    shape: str
    """Name of request and answer, such as ``answer-10k``."""
    connections: Int64
    rps: float
    bytes_per_request: float
    """Sent and received together: what a ceiling depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Line 1 of a run: everything that was resolved before measuring, which ``--resume`` follows."""

    schema: tuple[Int64, Int64] = SCHEMA
    name: str
    """Name of the run's folder."""
    created_unix_s: float
    setup: Setup
    environment: Environment
    cells: tuple[Cell, ...]
    not_applicable: tuple[NotApplicable, ...] = ()
    capacities_rps: dict[str, float] = field(default_factory=dict)
    """Closed capacity by cell slug, measured to choose the rates of an open load; empty otherwise."""
    capacity_windows_rps: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """The windows whose median each capacity is; empty where there was one."""
    kind: PlanKind = PlanKind.RUN
    sides: tuple[Side, ...] = ()
    """Base and head of a comparison; else empty."""
    pairings: tuple[Pairing, ...] = ()
    """Which cells of both sides are held against each other; ``cells`` holds those of the head."""
    ceilings: tuple[Ceiling, ...] = ()
    """Of generator and upstream, by the last ``hotlap calibrate`` on this machine; empty: there was none."""
    order: tuple[tuple[str, ...], ...] = ()
    """By block: the order of launches, as ``stack@target``."""
