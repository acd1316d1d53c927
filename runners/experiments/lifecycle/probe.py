"""What a probe of a lifecycle is, what it is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from results.model import Cell, Setup
from runners.environments.provision import Provisioned
from runners.errors import LifecycleError
from runners.launching.local import CONNECTIONS_LEAST, CONNECTIONS_MARGIN
from runners.launching.server import LocalServer, launch
from runners.selection.frameworks import Framework
from runners.servers.recipe import Serve, Variant
from runners.verify.contract import probe
from scenarios.exchange import Scenario


@dataclass(slots=True, kw_only=True)
class Observation:
    """What a probe saw; the fields are those of ``LifecycleRecord``."""

    values: dict[str, float] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    log_tail: str = ""

    def measure(self, name: str, value: float | None, absent: str) -> None:
        """Take a value, or why it is missing."""
        if value is None:
            self.absent[name] = absent
        else:
            self.values[name] = value


@dataclass(slots=True, kw_only=True)
class Subject:
    """One stack that a probe looks at, and its launches."""

    cell: Cell
    framework: Framework
    variant: Variant
    environment: Provisioned
    scenarios: Mapping[str, Scenario]
    setup: Setup
    folder: Path
    """Gets the log of the newest launch."""
    hash_seed: str
    soak_s: float
    """How long the probe ``soak`` asks."""
    is_aborted: Callable[[], bool] = lambda: False
    argv: tuple[str, ...] = ()
    """Of the first launch, once there was one."""

    @property
    def target(self) -> str:
        """Dotted name of the app."""
        return f"{self.framework.module}:{self.framework.targets[self.cell.interface]['default']}"

    def has(self, family: str) -> bool:
        """Whether the app implements a route group."""
        return family in self.framework.implements

    def start(
        self,
        groups: tuple[str, ...],
        *,
        first: str = "json",
        variables: Mapping[str, str] | None = None,
        http2: bool = False,
        as_shipped: bool = False,
    ) -> AbstractContextManager[LocalServer]:
        """Launch the stack with ``groups``, ready once scenario ``first`` is answered rightly.

        ``variables`` are added to the server's environment; with ``http2`` it speaks that too; with
        ``as_shipped`` idle connections are kept as long as the server itself chooses. Raises LaunchError.
        """
        variant = replace(self.variant, environment={**self.variant.environment, **(variables or {})})
        if http2 and variant.http2 is not None:
            variant = replace(variant, command=variant.http2)
        scenario = self.scenarios[first]
        server = launch(
            python=self.environment.python,
            stage=self.environment.stage,
            variant=variant,
            versions=self.environment.record.versions,
            serve=self._serve(as_shipped=as_shipped),
            groups=groups,
            cpus=self.setup.server_cpus,
            hash_seed=self.hash_seed,
            folder=self.folder,
            ready=lambda host, port: probe(host, port, scenario),
            is_aborted=self.is_aborted,
        )
        self.argv = self.argv or server.argv
        return server

    def _serve(self, *, as_shipped: bool) -> Serve:
        return Serve(
            target=self.target,
            interface=self.cell.interface,
            host=self.setup.host,
            workers=self.cell.workers,
            backlog=self.setup.backlog,
            keep_alive_s=None if as_shipped else self.setup.keep_alive_s,
            threads=self.setup.threads,
            max_connections=max(CONNECTIONS_LEAST, CONNECTIONS_MARGIN * self.cell.connections),
        )

    def error(self, message: str, server: LocalServer | None = None, remedy: str = "") -> LifecycleError:
        """What kept the probe from telling, with the end of the server's log."""
        return LifecycleError(
            f"{self.cell.scenario}: {message}",
            remedy=remedy or "read the end of its log below, and try it by hand with `hotlap serve`",
            log_tail=server.log_tail() if server else "",
        )


def nothing_against(_framework: Framework, _variant: Variant) -> str:
    """Every stack can be looked at."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One lifecycle of SCENARIOS: what is looked at, how often, and on which stacks."""

    name: str
    number: str
    """Such as ``L1``."""
    observe: Callable[[Subject], Observation]
    """Looks at one stack; raises a HotlapError where it cannot tell."""
    families: tuple[str, ...] = ("json",)
    """Route groups that the app must have."""
    needs: str = "http"
    """Capability that the server must have."""
    repeats: int = 1
    """Records of each stack, unless told otherwise."""
    connections: int = 1
    workers: int = 1
    seconds: float = 2.0
    """First guess of what one record takes; the clock corrects it."""
    objection: Callable[[Framework, Variant], str] = nothing_against
    """Why a stack lacks by design what is looked at; empty: it does not."""
