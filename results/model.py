"""The recorded types: every fact of a run, frozen, with its unit in its name.

A field is added with a default and never changes its meaning; ``SCHEMA`` grows by a minor version then,
by a major one where an old reader would be misled. Nothing here is computed from anything else here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

SCHEMA = (1, 7)
"""(major, minor) of the records written by this version."""
FIRST_LOOK = 8
"""Blocks before anybody looks whether a run is as precise as asked for."""
LATE_SHARE = 0.01
"""Open load: with more of its arrivals sent late by the generator's fault, latencies are not the server's."""
SERVED_SHARE = 0.95
"""Open load: where less of it is answered within the window, it is more than the stack can serve."""
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer of 64 bits: a larger one in a record is refused, as numpy and pandas cannot hold it."""


class Interface(StrEnum):
    """What a framework speaks and a server accepts."""

    ASGI = "asgi"
    WSGI = "wsgi"
    RSGI = "rsgi"


class Load(StrEnum):
    """When the next request is sent."""

    CLOSED = "closed"
    """Each connection sends its next request when the last one is answered."""
    OPEN = "open"
    """At a given rate, whatever is still unanswered."""
    LOCKSTEP = "lockstep"
    """One request after the other on one connection, to be counted."""
    PROBE = "probe"
    """Whatever a probe of a lifecycle asks: no load curve (schema 1.7)."""


class Arrivals(StrEnum):
    """How the requests of an open load are spread over time."""

    CONSTANT = "constant"
    POISSON = "poisson"


class SideName(StrEnum):
    """The two sides of a comparison: what is held against, and what is judged."""

    BASE = "base"
    HEAD = "head"
    NONE = ""
    """Of what belongs to no comparison."""


BOTH_SIDES = (SideName.BASE, SideName.HEAD)
"""Of a comparison, in the order in which they are shown."""


class GateStage(StrEnum):
    """The two times that a gate measures under load."""

    SCREEN = "screen"
    """Every sentinel, to see which ones look worse."""
    CONFIRM = "confirm"
    """The ones that do, on fresh launch pairs."""
    NONE = ""
    """Of what belongs to no gate."""


class FailureStage(StrEnum):
    """What hotlap was doing when something failed."""

    RUN = "run"
    PLAN = "plan"
    ENVIRONMENT = "environment"
    NOT_IMPLEMENTED = "not-implemented"
    """The app of the framework lacks what the scenario needs."""
    SERVICE = "service"
    """What an app talks to, as a database, could not be had or ended (schema 1.7)."""
    LAUNCH = "launch"
    VERIFY = "verify"
    LOAD = "load"
    VERIFY_AFTER = "verify-after"
    """Answers were wrong under load, or when verified again after it."""
    COST = "cost"
    LIFECYCLE = "lifecycle"
    """A probe of a lifecycle could not tell what it was to tell."""
    RECORD = "record"


class ErrorKind(StrEnum):
    """Why a request under load had no right answer."""

    WRONG_ANSWER = "wrong-answer"
    OVERLOADED = "overloaded"
    """The server refused, and said that it has too much to do."""
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"
    REFUSED = "refused"
    PROTOCOL = "protocol"
    NO_SOCKET = "no-socket"
    """The generator could not make one."""


class CpuSource(StrEnum):
    """Where the CPU time of a server was read."""

    CGROUP = "cgroup"
    PROCESS_CLOCK = "process-clock"


class InstructionCounter(StrEnum):
    """What counted instructions; counts of one are never compared with counts of the other."""

    CALLGRIND = "callgrind"
    PERF = "perf"


class SharesBy(StrEnum):
    """What instructions were attributed to."""

    FUNCTION = "function"
    """Inclusive, at named boundary functions."""
    OBJECT = "object"
    """Exclusive, by shared object."""


class PlanKind(StrEnum):
    """The command that made a run."""

    RUN = "run"
    COST = "cost"
    LIFECYCLE = "lifecycle"
    COMPARE = "compare"
    GATE = "gate"


def environment_name(framework: str, python: str) -> str:
    """Name of the environment of a framework on what cells call ``python``, empty where a run has one."""
    return f"{framework}@{python}" if python else framework


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Stack x scenario x load: the unit of comparison."""

    framework: str
    """Name of the file in ``apps/`` without ``_app.py``, such as ``fastapi``."""
    server: str
    """Server variant, such as ``uvicorn-standard``."""
    interface: Interface
    scenario: str
    load: Load = Load.CLOSED
    connections: Int64 = 64
    """Closed load: how many; open load: how many at most."""
    rate_rps: float | None = None
    """Open load: arrivals per second that are offered; None under closed load."""
    arrivals: Arrivals | None = None
    """None under closed load."""
    reuse: Int64 | None = None
    """Closed load: a connection is closed by the client after so many requests; None: it is kept."""
    workers: Int64 = 1
    control: bool = False
    """The same stack a second time, under its own name: the A/A control of a run."""
    python: str = ""
    """Interpreter, such as ``3.13``, where a run has several (schema 1.7); else the environment tells it."""

    @property
    def environment(self) -> str:
        """Name of the environment that it is served from."""
        return environment_name(self.framework, self.python)

    @property
    def stack(self) -> str:
        """Slug of framework, server variant and interpreter, if any, marked where it is the control."""
        python = f"--py{self.python}" if self.python else ""
        return f"{self.framework}--{self.server}{python}" + ("--control" if self.control else "")

    @property
    def slug(self) -> str:
        """The cell's one name: key, anchor and log name."""
        size = f"{self.connections}" if self.rate_rps is None else f"{self.rate_rps:g}-{self.arrivals}"
        size += "" if self.reuse is None else f"-reuse{self.reuse}"
        return f"{self.stack}--{self.scenario}--{self.load}-{size}--w{self.workers}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two sides of a comparison: what was asked for it."""

    name: SideName
    title: str
    """In words, such as ``starlette==0.50.0``, ``Python 3.13`` or ``apps of 1a2b3c4``."""
    overrides: tuple[str, ...] = ()
    python: str | None = None
    revision: str | None = None
    """Commit of this repository that the apps were taken from; None: as they are in the working tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The cells of both sides that are held against each other; equal where only versions differ."""

    base: Cell
    head: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """A cell that the stack lacks by design; never a zero, never in a composite."""

    cell: Cell
    reason: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the run was measured on; no host name, no path."""

    cpu_model: str
    logical_cpus: Int64
    physical_cores: Int64 | None
    smt: bool | None
    governor: str | None
    memory_bytes: Int64
    kernel: str
    system: str
    """Distribution's name and version."""
    container: str | None
    """Kind of container or virtual machine where one was recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkEnvironment:
    """One virtual environment of a system under test."""

    framework: str
    title: str
    key: str
    """Hash over everything that is in it: interpreter, versions, staged apps."""
    python: str
    """Full version of the interpreter."""
    python_build: str
    """Compiler and the optimisations that it was built with (PGO, LTO), as the interpreter says."""
    optimised_build: bool
    versions: dict[str, str]
    """Exact version (or commit) of every package, by name."""
    declared: dict[str, str] = field(default_factory=dict)
    """What the app file declares of itself: serialiser, validator, notes."""
    overrides: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    """Packages that an override moved from the lock: ``name old -> new``."""
    server_differences: tuple[str, ...] = ()
    """What older servers in it are started with otherwise than locked ones, a sentence each (schema 1.6)."""
    interpreter: str = ""
    """What cells call its interpreter, where a run has several (schema 1.7)."""
    yardstick_ms: float | None = None
    """CPU time of a fixed loop on its interpreter (schema 1.7); None: not measured."""
    behind: float | None = None
    """By what share its interpreter is slower than the fastest other build of its version on the machine, at
    least 0; None: there is no other, or it was not measured."""
    side: SideName = SideName.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The machine, the harness and the environments of a run."""

    machine: Machine
    harness: dict[str, str]
    """Versions of hotlap, its Python and the packages that measure."""
    frameworks: tuple[FrameworkEnvironment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """What an app talked to while it was measured, as a database (schema 1.7)."""

    name: str
    """What scenarios need it by, such as ``database``."""
    title: str
    """Product and version."""
    settings: dict[str, str] = field(default_factory=dict)
    storage: str = ""
    """What its files were on: ``tmpfs``, ``disk``, or empty where that is not known."""
    cpus: tuple[Int64, ...] = ()
    """Those that it was bound to; empty: hotlap did not start it."""
    own_cpus: bool = False
    """Whether neither server nor generator were on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One fresh start of a stack within a block."""

    id: Int64
    """Unique within a run, counting every launch ever made in it."""
    block: Int64
    """From 0."""
    stack: str
    target: str
    """Dotted module and name that was served, such as ``apps.fastapi_app:app``."""
    argv: tuple[str, ...]
    """The server's command line with machine paths shortened."""
    mounted: tuple[str, ...]
    """Route groups mounted, in contract order."""
    first_answer_s: float | None
    """From the start of the process to the first right answer; None: hotlap did not start it."""
    hash_seed: str
    loadavg_1m: float
    """Before the launch."""
    memory_available_bytes: Int64
    """Before the launch."""
    side: SideName = SideName.NONE
    services: tuple[ServiceFacts, ...] = ()
    """What it talked to (schema 1.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The turns of one launch in one scenario of a relay, each from rest to rest, in their order."""

    begun_us: tuple[int, ...]
    """Since the relay's first turn."""
    span_us: tuple[int, ...]
    """From the first request to the last answer."""
    requests: tuple[int, ...]
    """Right answers."""
    cpu_us: tuple[int, ...] = ()
    """CPU time of the server within the span; empty where it was not measured."""
    rest_cpu_us: int | None = None
    """CPU time of the server between its turns, in all; None: not measured."""
    dropped: int = 0
    """Turns that took far longer than any other, as when all processes were stopped: none of them counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One measured window of one cell within one fresh launch, after warm-up."""

    cell: Cell
    block: Int64
    launch: Int64
    """``Launch.id`` that it was measured in."""
    position: Int64
    """Place in the launch's visiting order, from 0."""
    attempt: Int64 = 0
    """0, or how often it was repeated within its launch because of foreign work."""
    side: SideName = SideName.NONE
    """In a comparison, where ``block`` is the number of the launch pair."""
    place: Int64 | None = None
    """In a comparison: 0 where its side came first within the pair, else 1."""
    stage: GateStage = GateStage.NONE
    windows: Int64 = 1
    """How many windows of it, taken in turn with the other side, are added up here: turns of an open load."""
    turns: Turns | None = None
    """What each turn of a relay gave, all of which are added up here; None: a whole window."""
    heat: Int64 = 0
    """Number of the heat within its block: servers of one heat lived at once and took turns."""
    live: Int64 = 1
    """Servers that lived at once with this one, itself included."""
    memory_before_bytes: Int64 | None = None
    """As ``memory_pss_bytes``, before the warm-up; None: not readable, or a window before schema 1.6."""
    started_unix_s: float
    warmup_s: float
    warmup_slope: float | None = None
    """Relative change of throughput between the halves of the warm-up; recorded, decides nothing."""
    window_s: float
    """Between the two edges as they were, monotonic clock."""
    requests: Int64
    """Right answers within the window."""
    errors: dict[str, Int64] = field(default_factory=dict)
    """Count by ``ErrorKind``. A kind that is not known is kept, not refused: it is only counted and shown, so
    a kind that a newer hotlap tells apart costs no trial."""
    error_example: str = ""
    stale: Int64 = 0
    """Reused connections found closed before the first byte of an answer, reopened with the clock running."""
    connections_opened: Int64 = 0
    """Within the window."""
    bytes_received: Int64 = 0
    bytes_sent: Int64 = 0
    latency: str
    """HdrHistogram V2, compressed and base64, 1 us to 60 s, 3 significant digits."""
    in_flight_mean: float
    """Time-average of requests in flight, unfinished ones included."""
    in_flight_end: Int64 = 0
    """Requests begun and unfinished at the window's end."""
    quarters: tuple[Int64, ...] = ()
    """Right answers by quarter of the window; empty where they were not counted apart."""
    arrivals: Int64 | None = None
    """Open load: requests that were due within the window."""
    late_sends: Int64 | None = None
    """Open load: of these, sent over 1 ms after they were due by the generator's own fault."""
    lateness: str | None = None
    """Open load: histogram of sending behind schedule by the generator's own fault, like ``latency``."""
    waited: Int64 | None = None
    """Open load: arrivals that found no free connection; their clock ran."""
    first_byte: str | None = None
    """Streams: histogram of the time to the first chunk or event, like ``latency``."""
    jitter: str | None = None
    """Events: histogram of how much gaps between them differed from what was asked for, like ``latency``."""
    beside: str | None = None
    """Histogram of how long small requests took meanwhile, asked by the harness, like ``latency``; None: none
    were (schema 1.7)."""
    checked_full: Int64 = 0
    """Answers within the window that went through the full parser and semantic check."""
    server_cpu_ns: Int64 | None = None
    """CPU time of the server's tree within the window; None: not measured."""
    server_cpu_source: CpuSource | None = None
    process_cpu_ns: dict[str, Int64] = field(default_factory=dict)
    """CPU time within the window by pid, of the server's processes at its end; empty: not measured."""
    processes_changed: bool = False
    """The set of the server's processes at the window's end was another than at its begin."""
    processes: Int64 | None = None
    service_cpu_ns: dict[str, Int64] = field(default_factory=dict)
    """CPU time within the window of what the server talked to, by name; without what hotlap did not start
    (schema 1.7)."""
    service_cpus: dict[str, Int64] = field(default_factory=dict)
    """How many CPUs each of these had (schema 1.7)."""
    generator_cpu_ns: Int64
    generator_idle_s: float
    """Time that the generator waited for events within the window."""
    generator_wait_us: float
    """Mean wait of an answer from the poll's return to its processing."""
    generator_collections: Int64 | None = None
    """Garbage collections of the generator within the window: 0, as its collector is off then."""
    generator_rss_bytes: Int64 | None = None
    """The most memory (RSS) that the generator ever had, until the window's end."""
    throttled_periods: Int64 | None = None
    """Periods in which a CPU quota (a cgroup's ``cpu.max``) stopped us within the window; None: not known."""
    heat_events: Int64 | None = None
    """Times that heat slowed one of our CPUs down within the window; None: not known."""
    clock_changed: bool = False
    """Governor or limit of the clock of one of our CPUs changed within the window."""
    busy_ticks: Int64 | None = None
    """Ticks (``tick_hz``) that the CPUs of server and generator were busy within the window, by anyone."""
    steal_ticks: Int64 | None = None
    tick_hz: Int64 = 100
    memory_pss_bytes: Int64 | None = None
    """Sum of PSS over the server's tree, read after the window; None: not readable."""
    mounted_position: Int64 = 0
    """Place of the measured group among those mounted, from 0."""
    log_tail: str = ""
    """The server's log where anything was odd."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A cell (or a whole stack, or a run) that could not be measured. A record, never a zero."""

    stack: str
    cell: Cell | None
    """None where the whole stack failed."""
    block: Int64 | None
    """None where it failed before the first block."""
    stage: FailureStage
    message: str
    remedy: str = ""
    log_tail: str = ""
    launch: Int64 | None = None
    answered: Int64 | None = None
    """Connections that were served in the warm-up, and went on being so, while all others hung: were neither
    answered nor refused. None: it failed otherwise."""
    side: SideName = SideName.NONE


PROTOCOL = "protocol"
"""Scenario of findings about a server alone, whose framework is its interface."""
IN_PROCESS = "in-process"
"""Server of a cell whose app is called without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Instructions between two readings of a counter."""

    instructions: Int64
    """User-space instructions, summed over all processes and threads of the tree."""
    seconds: float
    """Monotonic time between the readings."""
    requests: Int64
    """Right answers in between; 0: nothing was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRecord:
    """Instructions of one cell in lock-step on one connection, counted within one launch."""

    cell: Cell
    """With ``load`` ``lockstep``, and server ``in-process`` where the app was called without one."""
    side: SideName = SideName.NONE
    repeat: Int64 = 0
    """From 0; each is a launch of its own."""
    attempt: Int64 = 0
    """How often it was begun anew because its intervals did not agree."""
    started_unix_s: float
    seconds: float
    """From launch to end."""
    counter: InstructionCounter
    tool: str
    """The counter's name and version."""
    intervals: tuple[Interval, ...]
    idle: Interval | None = None
    """While nothing was asked; its rate is taken off. None in process, where nothing idles."""
    uncounted_requests: Int64 = 0
    """Asked before counting began, to be warm."""
    processes: Int64 = 1
    target: str = ""
    argv: tuple[str, ...] = ()
    """The server's command line with machine paths shortened."""
    hash_seed: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostShares:
    """Where the instructions of one cell go, from a run of its own: shares only, never instructions."""

    cell: Cell
    side: SideName = SideName.NONE
    by: SharesBy
    shares: dict[str, float]
    """0 to 1 by name of boundary function or shared object."""
    tool: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRecord:
    """What one probe of a lifecycle saw of one stack, in launches of its own (schema 1.7)."""

    cell: Cell
    """With ``load`` ``probe`` and the probe's name as ``scenario``."""
    repeat: Int64 = 0
    """From 0; each is made of fresh launches."""
    started_unix_s: float
    seconds: float
    """From the first launch to the end of the last one."""
    values: dict[str, float] = field(default_factory=dict)
    """Measured, by a name that ends with its unit, such as ``first_answer_s``."""
    answers: dict[str, str] = field(default_factory=dict)
    """What was seen, in words, by what was looked at, such as ``keep-alive``."""
    absent: dict[str, str] = field(default_factory=dict)
    """Why a value that the probe has elsewhere is missing, by its name."""
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """What was read again and again, by a name that ends with its unit; all of one length."""
    documents: dict[str, str] = field(default_factory=dict)
    """What a stack says of itself, part by part, to be compared with what others say."""
    target: str = ""
    argv: tuple[str, ...] = ()
    """The server's command line in the first launch, with machine paths shortened."""
    hash_seed: str = ""
    log_tail: str = ""
    """The server's log where anything was odd."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An observed behaviour of a framework that is neither right nor wrong by the contract."""

    framework: str
    server: str
    scenario: str
    probe: str
    """What was sent, in words."""
    answer: str
    """What came back, in short: status and the beginning of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What the generator could do at most on this machine, against a server that only gives one answer."""

    shape: str
    """Name of request and answer, such as ``answer-10k``."""
    connections: Int64
    rps: float
    bytes_per_request: float
    """Sent and received together: what a ceiling depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEnd:
    """Says that a block is complete; a block without it is run again whole by ``--resume``."""

    block: Int64
    seconds_measuring: float
    """Warm-up and windows of the block together."""
    seconds_total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockStart:
    """Says that a block begins; records of the same block before it are partial."""

    block: Int64
    started_unix_s: float


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
    """Of the generator, from the last ``hotlap calibrate`` on this machine; empty where there was none."""
    order: tuple[tuple[str, ...], ...] = ()
    """By block: the order of launches, as ``stack@target``."""


Record = (
    Launch | Trial | CostRecord | CostShares | LifecycleRecord | Failure | Finding | BlockStart | BlockEnd
)
"""Everything that may follow line 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as read back."""

    plan: Plan
    launches: tuple[Launch, ...] = ()
    trials: tuple[Trial, ...] = ()
    """Those that count: complete blocks and the last one begun, the last attempt of each block and cell."""
    partial: tuple[Trial, ...] = ()
    """Trials of blocks that were begun again, and attempts that were repeated."""
    costs: tuple[CostRecord, ...] = ()
    """The last attempt of each cell, side and repeat."""
    shares: tuple[CostShares, ...] = ()
    lifecycles: tuple[LifecycleRecord, ...] = ()
    """The last one of each cell and repeat."""
    failures: tuple[Failure, ...] = ()
    findings: tuple[Finding, ...] = ()
    blocks: tuple[BlockEnd, ...] = ()
    problems: tuple[str, ...] = ()
    """Lines that could not be read, each with its number and the reason."""
