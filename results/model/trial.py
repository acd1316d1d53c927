"""What one launch did in one cell under load."""

from __future__ import annotations

from dataclasses import dataclass, field

from results.model.cell import Cell
from results.model.values import CpuSource, GateStage, Int64, SideName

LATE_SHARE = 0.01
"""Open load: with more of its arrivals sent late by the generator's fault, latencies are not the server's."""
SERVED_SHARE = 0.95
"""Open load: where less of it is answered within the window, it is more than the stack can serve."""


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
    generator_delay_us: tuple[int, ...] = ()
    """Time within the span that the generator could have run and others had its CPU; empty where that is not
    known (schema 1.8)."""
    rest_us: int | None = None
    """From the end of each turn until the server's next one, which may be of another workload, in all (schema
    1.9); None: all time between these turns."""
    rest_cpu_us: int | None = None
    """CPU time of the server in that; None: not measured."""
    dropped: int = 0
    """Turns that took far longer than any other, as when all processes were stopped: none of them counts."""
    led_in: int = 0
    """Right answers that were asked for before turns, so that caches are warm: they do not count (schema
    1.10)."""


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
    """Histogram of how long small requests took meanwhile, asked by the harness, like ``latency``; of a leg,
    in a window of the same load behind its turns. None: none were asked (schema 1.7)."""
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
    generator_delay_ns: Int64 | None = None
    """Time within the window that the generator could have run and others had its CPU (schema 1.8); None: not
    known."""
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
    asked_besides: Int64 = 0
    """Right answers of its server to other workloads between the two readings of memory (schema 1.9)."""
    mounted_position: Int64 = 0
    """Place of the measured group among those mounted, from 0."""
    log_tail: str = ""
    """The server's log where anything was odd."""
