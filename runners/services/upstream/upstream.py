"""The stub as a service: started under the supervisor, its calls counted for each launch."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from results.model import ServiceFacts
from runners.errors import LaunchError, ServiceError
from runners.http.client import HttpClient
from runners.machine.patience import Patience
from runners.processes import accounting, ports
from runners.processes.ours import environment_of_ours, python_m
from runners.processes.tree import ProcessTree, tail
from runners.services.service import Evidence, Root, Row, Statements
from scenarios.exchange import Request
from scenarios.upstream import UPSTREAM_MS

MODULE = "runners.services.upstream.stub"
READY_S, LOOK_S = 10.0, 0.01


@dataclass(frozen=True, slots=True)
class UpstreamLease:
    """A path of the stub's that nobody else asks; its own evidence."""

    port: int
    name: str

    @property
    def environment(self) -> Mapping[str, str]:
        """Address of the upstream."""
        return {"HOTLAP_UPSTREAM_URL": f"http://{ports.LOOPBACK}:{self.port}/{self.name}"}

    @property
    def evidence(self) -> Evidence:
        """Itself."""
        return self

    @contextmanager
    def watched(self) -> Iterator[Statements | None]:
        """Nothing: it is asked no statements."""
        yield None

    def rows(self, query: str) -> Sequence[Row]:
        """One number: how often the launch has asked it, for the query ``calls``."""
        try:
            with HttpClient(ports.LOOPBACK, self.port) as client:
                answer = client.send(Request(target=f"/{self.name}/{query}"))
        except OSError as error:
            raise ServiceError(
                f"the upstream does not answer: {error}", remedy="is it up? see its log"
            ) from error
        return [(int(answer.body),)]

    def release(self) -> None:
        """Nothing is kept for it but a number."""


class Upstream:
    """A running stub; ``stop`` ends it."""

    def __init__(self, tree: ProcessTree, folder: Path, port: int, facts: ServiceFacts) -> None:
        self._tree, self._folder, self._port = tree, folder, port
        self._numbers = count(1)
        self.facts = facts
        """What the record says of it."""

    @classmethod
    def start(cls, cpus: tuple[int, ...], *, own_cpus: bool) -> Self:
        """Start it, ready; raises ServiceError with nothing left behind."""
        port, folder = ports.free_port(), Path(tempfile.mkdtemp(prefix="hotlap-upstream-"))
        facts = ServiceFacts(
            name="upstream",
            title=f"hotlap's stub, which answers after {UPSTREAM_MS} ms",
            settings={"delay_ms": str(UPSTREAM_MS)},
            cpus=cpus,
            own_cpus=own_cpus,
        )
        try:
            with (folder / "server.log").open("ab") as output:
                tree = ProcessTree(
                    python_m(MODULE, str(port)),
                    environment=environment_of_ours(),
                    cwd=folder,
                    output=output,
                    cpus=cpus,
                    cgroup_home=accounting.cgroup_home(),
                )
        except LaunchError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ServiceError(f"no upstream: {error.message}", remedy=error.remedy) from error
        stub = cls(tree, folder, port, facts)
        try:
            stub._wait_ready()
        except BaseException:
            stub.stop()
            raise
        return stub

    @property
    def port(self) -> int:
        """Of the loopback interface, where it listens."""
        return self._port

    @property
    def root(self) -> Root:
        """Its process."""
        return Root(self._tree.pid, self._tree.cgroup)

    def trouble(self) -> str:
        """How it ended; empty while it runs."""
        status = self._tree.exit_status()
        return "" if status is None else f"exit status {status}"

    def lease(self, launch: str, _connections: int) -> UpstreamLease:
        """A path of its own."""
        if trouble := self.trouble():
            raise ServiceError(f"no upstream for {launch}: it ended ({trouble})", remedy="see its log")
        return UpstreamLease(self._port, str(next(self._numbers)))

    def stop(self) -> None:
        """End it; may be called twice."""
        self._tree.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_ready(self) -> None:
        patience, probe = Patience(READY_S, look_s=1.0), UpstreamLease(self._port, "0")
        while True:
            try:
                probe.rows("calls")
            except ServiceError as error:
                if (trouble := self.trouble()) or patience.left_s() <= 0:
                    raise ServiceError(
                        f"no upstream: the stub did not start: {trouble or error.message}",
                        remedy="read the end of its log below",
                        log_tail=tail(self._folder / "server.log", 20),
                    ) from error
                time.sleep(LOOK_S)
            else:
                return
