"""What harness and generator say to each other: orders and measurements, one JSON object a line."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from io import BufferedIOBase
from typing import IO, Any

from results.codec import convert, decode, encode
from results.model import Arrivals, CpuSource, Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTree:
    """The processes of a service that servers talk to, for its CPU."""

    name: str
    pid: int
    cgroup: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One trial to measure on a server that is already up: closed load, or open where a rate is given."""

    host: str
    port: int
    scenario: str
    seed: int
    connections: int
    """Closed load: how many; open load: how many at most."""
    rate_rps: float | None = None
    """Open load: requests per second that are due; None: closed load."""
    arrivals: Arrivals | None = None
    """None under closed load."""
    reuse: int | None = None
    """Closed load: requests after which a connection is closed and another opened; None: it is kept."""
    warmup_s: float
    """At least this long; longer until every connection has had an answer."""
    window_s: float
    server_pid: int | None = None
    """Root of the server's process tree, for its CPU; None: not measured."""
    cgroup: str | None = None
    """Folder of the cgroup v2 leaf that the server runs in, or None."""
    services: tuple[ServiceTree, ...] = ()
    """What it talks to."""
    cpus: tuple[int, ...] = ()
    """CPUs of server and generator together, for foreign work; empty: not measured."""
    awake: bool = False
    """Whether the generator, whose CPU nothing else needs, polls without sleeping: the server pays for waking
    a CPU that sleeps."""
    deadline_s: float = 30.0
    """A request unanswered for so long is a ``timeout``; the warm-up may take this much longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Loads on servers that are all up, closed or open: loaded in turn, one at a time, from rest to rest."""

    legs: tuple[Order, ...]
    """``window_s`` of the orders is not used; all have as many connections. Several may be of one server."""
    groups: tuple[int, ...]
    """Of each leg: those of one group take their turns one after the other in each round."""
    rounds: int
    """Turns of each."""
    turn_s: float
    """How long a turn is to be; where a server's wave of answers takes longer, longer."""
    seed: int
    """Of the order in each round."""
    lengths_s: tuple[float, ...] = ()
    """Of each leg, in place of ``turn_s``, where turns of several lengths are to be compared."""
    steady_parts: bool = False
    """Whether the steady part of each turn is timed as well, to tell what starting a turn costs."""

    @property
    def servers(self) -> tuple[tuple[int, ...], ...]:
        """Places of the legs of each server, which use the same connections."""
        by_server: dict[tuple[str, int], list[int]] = {}
        for place, leg in enumerate(self.legs):
            by_server.setdefault((leg.host, leg.port), []).append(place)
        return tuple(map(tuple, by_server.values()))

    def length_s(self, place: int) -> float:
        """How long a turn of the leg at ``place`` is to be."""
        return self.lengths_s[place] if self.lengths_s else self.turn_s

    @property
    def seconds(self) -> float:
        """All warm-ups and turns, if each is as long as it is to be."""
        return sum(
            leg.warmup_s + (self.rounds + 2) * self.length_s(place) for place, leg in enumerate(self.legs)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one window gave: the fields of ``results.model.Trial`` that the generator knows."""

    started_unix_s: float
    """Begin of the warm-up."""
    warmup_s: float
    warmup_slope: float | None
    window_s: float
    requests: int
    errors: dict[str, int] = field(default_factory=dict)
    error_example: str = ""
    stale: int = 0
    connections_opened: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    latency: str
    in_flight_mean: float
    in_flight_end: int
    quarters: tuple[int, ...] = ()
    arrivals: int | None = None
    late_sends: int | None = None
    lateness: str | None = None
    waited: int | None = None
    first_byte: str | None = None
    jitter: str | None = None
    checked_full: int
    server_cpu_ns: int | None = None
    server_cpu_source: CpuSource | None = None
    process_cpu_ns: dict[str, int] = field(default_factory=dict)
    processes_changed: bool = False
    processes: int | None = None
    service_cpu_ns: dict[str, int] = field(default_factory=dict)
    generator_cpu_ns: int
    generator_delay_ns: int | None = None
    generator_idle_s: float
    generator_wait_us: float
    generator_collections: int | None = None
    generator_rss_bytes: int | None = None
    throttled_periods: int | None = None
    heat_events: int | None = None
    clock_changed: bool = False
    busy_ticks: int | None = None
    steal_ticks: int | None = None
    tick_hz: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyPart:
    """The middle of a turn, in which whoever is answered is asked again: whole cycles of all connections."""

    requests: int
    span_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What the turns of one server gave; with ``failed`` where it left the relay, then until that."""

    measured: Measured | None = None
    """All turns added up; None: there was none."""
    turns: Turns | None = None
    """Of a closed load."""
    windows: int = 1
    """Turns of an open load that are added up."""
    steady_parts: tuple[SteadyPart | None, ...] = ()
    """Of each turn, where the relay asks for them; None where a turn is too short to have one."""
    failed: str = ""
    remedy: str = ""
    answered: int | None = None
    restless: bool = False
    """Whether it failed as a neighbour: it is to be stopped, for the sake of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """What a relay gave, in the order of its legs."""

    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """First line of a generator: it takes orders now."""

    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An order that gave no measurement, in the words of ``LoadError``."""

    message: str
    remedy: str = ""
    answered: int | None = None


Message = Order | Measured | Relay | Relayed | Ready | Failed
_TYPES: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Order, Measured, Relay, Relayed, Ready, Failed)
}
"""Types of messages by the name that a line begins with."""


def to_line(message: Message) -> str:
    """One line of JSON, newline included; ValueError where a number is not finite."""
    return f'{{"{type(message).__name__}":{encode(message).decode()}}}\n'


def write(lines: IO[bytes] | BufferedIOBase, message: Message) -> None:
    """Write ``message`` as a line, at once."""
    lines.write(to_line(message).encode())
    lines.flush()


def from_line(line: str | bytes) -> Message:
    """Back from ``to_line``; ValueError where the line is no message."""
    text = line.encode() if isinstance(line, str) else line
    message = decode(dict[str, dict[str, Any]], text)
    if len(message) != 1:
        raise ValueError(f"not a message: {text[:80]!r}")
    ((name, values),) = message.items()
    if name not in _TYPES:
        raise ValueError(f"not a message of a known type: {name!r}")
    kind = _TYPES[name]
    if unknown := values.keys() - {field.name for field in fields(kind)}:
        raise ValueError(f"a message {name} has no {', '.join(sorted(unknown))}")
    return convert(kind, values)
