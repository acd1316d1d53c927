"""Load over several processes and machines: what was asked for, its generators, a server not ours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from results.model import Cell, Setup
from runners.errors import LaunchError, PlanError
from runners.generator.client import Generator, environment_of_ours, python_m
from runners.generator.distributed import Distributed
from runners.http.address import Endpoint
from runners.machine import facts
from runners.selection.schedule import Visit
from runners.verify.contract import probe
from scenarios.exchange import Scenario

LOOPBACK = "127.0.0.1"
REACH_S = 2.0
"""A server that was right before is right within this; a slow one is measured, not waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Over how many processes and machines a run is spread; the default is one of each."""

    generators: int = 1
    """Processes of this machine."""
    joined: int = 0
    """Processes of further machines."""
    listen: str | None = None
    """``HOST:PORT`` that the latter find us on; None: loopback."""
    host: str = LOOPBACK
    """Address that servers listen on."""
    url: str | None = None
    """A server that somebody else started; None: hotlap starts the servers."""

    def must_make_sense(self) -> None:
        """Raise PlanError where the parts do not go together."""
        if self.url is not None:
            Endpoint.of_url(self.url)
        if self.generators + self.joined < 1:
            raise PlanError(
                "no generator: there is nobody to make the load", remedy="--generators 1, or --join"
            )
        listen = self.endpoint()
        if listen is not None and not listen.is_loopback and self.joined and self.is_loopback:
            raise PlanError(
                f"workers of other machines cannot reach a server on {self.host}",
                remedy="give --host with an address of this machine, or --url of a server elsewhere",
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        url = self.url
        return (Endpoint.of_url(url) if url is not None else Endpoint(self.host, 0)).is_loopback

    def endpoint(self) -> Endpoint | None:
        """Where workers of further machines find us; raises PlanError where that is no address."""
        if self.listen is None:
            return Endpoint.parse(LOOPBACK) if self.joined else None
        try:
            return Endpoint.parse(self.listen)
        except ValueError as error:
            raise PlanError(str(error), remedy="such as --listen 192.0.2.1:5557") from error


def generator_of(
    setup: Setup,
    logs: Path,
    *,
    listen: Endpoint | None = None,
    echo: Callable[[str], object] = lambda _: None,
) -> Generator:
    """The generator of a run, not started: one process, or several as one."""
    log = logs / "generator.log"
    if setup.generators == 1 and not setup.joined:
        return Generator(cpus=setup.generator_cpus, log=log)
    return Distributed(
        cpus=setup.generator_cpus,
        log=log,
        local=setup.generators,
        joined=setup.joined,
        listen=listen or (Endpoint.parse(LOOPBACK) if setup.joined else None),
        echo=echo,
    )


def become_worker(master: str, wait_s: float, cpu: int | None) -> NoReturn:
    """Replace this process by a worker of ``master`` on one CPU; raises PlanError on wrong use."""
    facts.require_linux()
    try:
        at = Endpoint.parse(master)
    except ValueError as error:
        raise PlanError(str(error), remedy="such as --master 192.0.2.1:5557") from error
    allowed = os.sched_getaffinity(0)
    if cpu is not None and cpu not in allowed:
        raise PlanError(f"CPU {cpu} may not be used", remedy=f"one of {', '.join(map(str, sorted(allowed)))}")
    os.sched_setaffinity(0, {min(allowed) if cpu is None else cpu})
    argv = python_m("runners.generator.worker", "--master", str(at), "--wait", str(wait_s))
    os.execve(argv[0], argv, environment_of_ours())  # noqa: S606 - our own module, no shell


def must_be_one(visits: tuple[Visit, ...], url: str) -> None:
    """Raise PlanError where a run on ``url`` asks for more than one server can be."""
    stacks = {(visit.cells[0].framework, visit.cells[0].server, visit.target) for visit in visits}
    if len(stacks) > 1:
        raise PlanError(
            f"{url} is one server, and the selection needs {len(stacks)}: "
            + ", ".join(sorted({visit.key for visit in visits if not visit.cells[0].control})[:5]),
            remedy="name what runs there: one --framework, one --server, and scenarios of one target",
        )


@dataclass(slots=True, kw_only=True)
class Remote:
    """A server that hotlap did not start: of what it does, only its answers are known."""

    host: str
    port: int
    first_answer_s: float | None
    scenario: Scenario
    pid: None = None
    cgroup: None = None
    argv: tuple[str, ...] = ()

    def pss_bytes(self) -> None:
        """Memory: not measured."""

    def log_tail(self, _lines: int = 20) -> str:
        """Nothing: its log is where it was started."""
        return ""

    def alive(self) -> bool:
        """Whether it answers."""
        try:
            return probe(self.host, self.port, self.scenario, timeout_s=REACH_S) is None
        except OSError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStarter:
    """Stands where ``Starter`` does, for the server at ``url``."""

    url: str
    scenarios: Mapping[str, Scenario]
    verifies: bool = False
    """It varies no greeting for the sake of verification."""

    @contextmanager
    def start(
        self,
        _visit: Visit,
        *,
        first: Cell,
        hash_seed: str,  # noqa: ARG002 - a starter's
        verifying: bool = False,  # noqa: ARG002
        port: int | None = None,  # noqa: ARG002
    ) -> Iterator[Remote]:
        """Look whether it answers ``first`` rightly; raises LaunchError where it does not."""
        at, scenario = Endpoint.of_url(self.url), self.scenarios[first.scenario]
        try:
            came = probe(at.host, at.port, scenario)
        except OSError as error:
            raise LaunchError(
                f"nobody answers at {self.url}: {error}",
                remedy="start it there with `hotlap serve --host ADDRESS`; is a firewall between?",
            ) from error
        if came is not None:
            raise LaunchError(
                f"{self.url} answers wrongly: {came}",
                remedy=f"serve {first.framework} on {first.server} with --scenario {first.scenario} there",
            )
        yield Remote(host=at.host, port=at.port, first_answer_s=None, scenario=scenario)

    def target(self, _visit: Visit) -> str:
        """What is served: the server itself."""
        return self.url
