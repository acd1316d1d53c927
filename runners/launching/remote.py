"""A server that hotlap did not start: found at its URL, and asked as any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from results.model import Cell
from runners.errors import LaunchError
from runners.http.address import Endpoint
from runners.selection.schedule import Visit
from runners.services.services import Leases
from runners.verify.contract import probe
from scenarios.exchange import Scenario

REACH_S = 2.0
"""Within this a server that has answered rightly before does so again, or it is taken for gone."""


@dataclass(slots=True, kw_only=True)
class RemoteServer:
    """A server that hotlap did not start: of what it does, only its answers are known."""

    host: str
    port: int
    first_answer_s: float | None
    scenario: Scenario
    pid: None = None
    cgroup: None = None
    tasks: None = None
    argv: tuple[str, ...] = ()
    leases: Leases = field(default_factory=Leases)
    """What it talks to is not known."""

    def pss_bytes(self) -> None:
        """Memory: not measured."""

    def log_tail(self, _lines: int = 20) -> str:
        """Nothing: its log is where it was started."""
        return ""

    def ended(self) -> str:
        """Nothing is known of it."""
        return ""

    def alive(self) -> bool:
        """Whether it answers."""
        try:
            return probe(self.host, self.port, self.scenario, timeout_s=REACH_S) is None
        except OSError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteLauncher:
    """In place of ``LocalLauncher``, for the server at ``url``."""

    url: str
    scenarios: Mapping[str, Scenario]
    shares_clock: bool = False

    @contextmanager
    def start(
        self,
        _visit: Visit,
        *,
        first: Cell,
        hash_seed: str,  # noqa: ARG002 - a launcher's
        port: int | None = None,  # noqa: ARG002
        is_aborted: Callable[[], bool] = lambda: False,  # noqa: ARG002
    ) -> Iterator[RemoteServer]:
        """Look whether it answers ``first`` rightly; raises LaunchError where it does not."""
        at, scenario = Endpoint.of_url(self.url), self.scenarios[first.scenario]
        try:
            problem = probe(at.host, at.port, scenario)
        except OSError as error:
            raise LaunchError(
                f"nobody answers at {self.url}: {error}",
                remedy="start it there with `hotlap serve --host ADDRESS`; is a firewall between?",
            ) from error
        if problem is not None:
            raise LaunchError(
                f"{self.url} answers wrongly: {problem}",
                remedy=f"serve {first.framework} on {first.server} with --scenario {first.scenario} there",
            )
        yield RemoteServer(host=at.host, port=at.port, first_answer_s=None, scenario=scenario)

    def target(self, _visit: Visit) -> str:
        """What is served: the server itself."""
        return self.url

    def lacking(self, _needs: str) -> None:
        """Nothing: whoever started it there knows what it talks to."""

    def close(self) -> None:
        """Nothing was started."""
