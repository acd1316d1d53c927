"""The edges of a window: what clocks and counters read there, and what lies between the two."""

from __future__ import annotations

import gc
import os
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from runners.errors import LoadError
from runners.generator.messages import Order, ServiceTree
from runners.generator.pump.pump import Pump
from runners.machine import throttling
from runners.machine.clocks import TICK_NS, busy_and_stolen_ns, waited_for_cpu_ns
from runners.machine.throttling import Throttling
from runners.processes.accounting import ServerClock, tree_cpu_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One instant, and what clocks and counters said at it."""

    at_ns: int
    in_flight: int
    carried_ns: int
    """Time that the requests in flight have been so, summed up."""
    own_cpu_ns: int
    own_delay_ns: int | None = None
    """Time that the generator could have run and had no CPU."""
    server_cpu_ns: int | None = None
    pids: frozenset[int] = frozenset()
    by_pid_ns: Mapping[int, int] = field(default_factory=dict)
    """CPU time of each of the server's processes."""
    service_cpu_ns: Mapping[str, int | None] = field(default_factory=dict)
    """By name of what the server talks to; None where that is gone."""
    busy_ns: int | None = None
    """Of the CPUs of server and generator, by anyone."""
    stolen_ns: int | None = None
    collections: int = 0
    throttled: Throttling = field(default_factory=Throttling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Reads clocks and counters at both edges, in the same order, so that the time it takes cancels out."""

    server: ServerClock | None = None
    cpus: Sequence[int] = ()
    services: Sequence[ServiceTree] = ()

    @classmethod
    def for_order(cls, order: Order) -> Self:
        """Those of a trial: its server's clock where there is one, and the CPUs of server and generator."""
        server = None if order.server_pid is None else ServerClock(order.server_pid, order.cgroup)
        return cls(server=server, cpus=order.cpus, services=order.services)

    def read(self, pump: Pump) -> Edge:
        """Read everything now; raises LoadError where the server is gone."""
        at_ns = time.monotonic_ns()
        try:
            used = self.server.read() if self.server else None
        except ProcessLookupError as error:
            raise LoadError(str(error), remedy="see the end of its log") from error
        busy_ns, stolen_ns = busy_and_stolen_ns(self.cpus) if self.cpus else (None, None)
        in_flight, carried_ns = pump.in_flight(at_ns)
        return Edge(
            at_ns=at_ns,
            in_flight=in_flight,
            carried_ns=carried_ns,
            own_cpu_ns=time.process_time_ns(),
            own_delay_ns=waited_for_cpu_ns(),
            server_cpu_ns=used.total_ns if used else None,
            pids=used.pids if used else frozenset(),
            by_pid_ns=used.by_pid_ns if used else {},
            service_cpu_ns={tree.name: tree_cpu_ns(tree.pid, tree.cgroup) for tree in self.services},
            busy_ns=busy_ns,
            stolen_ns=stolen_ns,
            collections=sum(generation["collections"] for generation in gc.get_stats()),
            throttled=throttling.read(tuple(self.cpus), self.server.cgroup if self.server else None),
        )

    def between(self, begin: Edge, end: Edge) -> dict[str, Any]:
        """Fields of ``Measured`` that clocks and counters give for the window between two edges."""
        return {
            "window_s": (end.at_ns - begin.at_ns) / 1e9,
            "in_flight_end": end.in_flight,
            "generator_collections": end.collections - begin.collections,
            "generator_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "throttled_periods": _grown(begin.throttled.periods, end.throttled.periods),
            "heat_events": _grown(begin.throttled.heat, end.throttled.heat),
            "clock_changed": begin.throttled.policy != end.throttled.policy,
            "generator_cpu_ns": end.own_cpu_ns - begin.own_cpu_ns,
            "generator_delay_ns": _grown(begin.own_delay_ns, end.own_delay_ns),
            "server_cpu_ns": _grown(begin.server_cpu_ns, end.server_cpu_ns),
            "server_cpu_source": self.server.source if self.server else None,
            "process_cpu_ns": {
                str(pid): cpu_ns - begin.by_pid_ns.get(pid, 0) for pid, cpu_ns in end.by_pid_ns.items()
            },
            "service_cpu_ns": {
                name: grown_ns
                for name, until_ns in end.service_cpu_ns.items()
                if (grown_ns := _grown(begin.service_cpu_ns[name], until_ns)) is not None
            },
            "processes_changed": begin.pids != end.pids,
            "processes": len(end.pids) if self.server else None,
            "busy_ticks": _ticks(begin.busy_ns, end.busy_ns),
            "steal_ticks": _ticks(begin.stolen_ns, end.stolen_ns),
            "tick_hz": os.sysconf("SC_CLK_TCK"),
        }

    def over(self, spans: Sequence[tuple[Edge, Edge]]) -> dict[str, Any]:
        """Fields of ``between`` for several windows added up; one that was not read in all is None."""
        parts = [self.between(begin, end) for begin, end in spans]
        total = dict(parts[-1])
        for name in _ADDED:
            values = [part[name] for part in parts]
            total[name] = None if None in values else sum(values)
        total["process_cpu_ns"] = {
            pid: sum(part["process_cpu_ns"].get(pid, 0) for part in parts) for pid in total["process_cpu_ns"]
        }
        total["service_cpu_ns"] = {
            name: sum(part["service_cpu_ns"][name] for part in parts)
            for name in total["service_cpu_ns"]
            if all(name in part["service_cpu_ns"] for part in parts)
        }
        total["clock_changed"] = any(part["clock_changed"] for part in parts)
        total["processes_changed"] = spans[0][0].pids != spans[-1][1].pids or any(
            part["processes_changed"] for part in parts
        )
        return total


_ADDED = (
    "window_s",
    "generator_collections",
    "throttled_periods",
    "heat_events",
    "generator_cpu_ns",
    "generator_delay_ns",
    "server_cpu_ns",
    "busy_ticks",
    "steal_ticks",
)
"""Fields of ``between`` that are added up over windows; others are those of the last window."""


def _grown(begin: int | None, end: int | None) -> int | None:
    return None if begin is None or end is None else end - begin


def _ticks(begin_ns: int | None, end_ns: int | None) -> int | None:
    grown_ns = _grown(begin_ns, end_ns)
    return None if grown_ns is None else round(grown_ns / TICK_NS)
