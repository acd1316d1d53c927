"""What the upstream stub answers on this machine: cells that come near it measure the stub as well."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from results.model import UPSTREAM, Ceiling
from runners.experiments.calibration.clients import rps
from runners.experiments.calibration.conditions import Conditions
from runners.experiments.calibration.promises import Promise
from runners.generator.messages import Measured, ServiceTree
from runners.machine.placement import service_cpus
from runners.services.upstream.upstream import Upstream
from scenarios.shapes import STUB
from scenarios.upstream import UPSTREAM_MS

STUB_CONNECTIONS = 512
"""So many that its delay is no limit: they would allow 100,000 answers a second."""
STUB_RPS = 4_000
"""Answers a second: several times what one worker of any stack asks for by httpx."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StubRate:
    """What the stub did in each round."""

    windows: Sequence[Measured]
    cpus: int
    """That it had."""
    own_cpus: bool
    """Whether the generator was not on them; else both share them, as in a run on this machine."""

    @property
    def ceiling(self) -> Ceiling:
        """The most that it answered, as runs on this machine record it."""
        moved = sum(window.bytes_received + window.bytes_sent for window in self.windows)
        return Ceiling(
            shape=UPSTREAM,
            connections=STUB_CONNECTIONS,
            rps=max(map(rps, self.windows)),
            bytes_per_request=moved / max(sum(window.requests for window in self.windows), 1),
        )

    @property
    def promise(self) -> Promise:
        """Its rate beside what stacks ask for."""
        busy = statistics.median(
            window.service_cpu_ns.get(UPSTREAM, 0) / 1e9 / window.window_s / self.cpus
            for window in self.windows
        )
        where = "its own CPUs" if self.own_cpus else "the generator's CPU, which both share"
        return Promise(
            what=f"upstream stub ({UPSTREAM_MS} ms), {STUB_CONNECTIONS} connections: answers/s",
            value=statistics.median(map(rps, self.windows)),
            bar=STUB_RPS,
            detail=f"it used {busy:.2f} of {where}",
        )


def ask_stub(conditions: Conditions) -> StubRate:
    """Ask it as fast as the generator can, placed as in a run; raises LoadError and ServiceError."""
    cpus, own_cpus = service_cpus(conditions.server_cpus, conditions.generator_cpus)
    windows: list[Measured] = []
    stub = Upstream.start(cpus, own_cpus=own_cpus)
    try:
        tree = ServiceTree(name=UPSTREAM, pid=stub.root.pid, cgroup=stub.root.cgroup)
        alone = conditions.point(stub.port, STUB, STUB_CONNECTIONS)
        point = replace(alone, services=(tree,), awake=alone.awake and own_cpus)
        for number in range(conditions.rounds):
            windows.append(point.pump())
            place = f"{UPSTREAM} {STUB} {STUB_CONNECTIONS:>4}  round {number + 1}/{conditions.rounds}"
            conditions.echo(f"{place}{rps(windows[-1]):10,.0f} requests/s")
    finally:
        stub.stop()
    return StubRate(windows=windows, cpus=len(cpus), own_cpus=own_cpus)
