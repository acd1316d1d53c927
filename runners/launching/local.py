"""Starting the server of a visit here: where stack, environment, mounted groups and launch come together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from results.model import Cell, Setup
from runners.environments.provision import Provisioned
from runners.errors import LaunchError, ServiceError
from runners.launching.server import LocalServer, launch
from runners.selection.matrix import Stack
from runners.selection.schedule import Visit, groups_of
from runners.servers.recipe import Serve
from runners.services.services import Leases, Services
from runners.verify.contract import probe
from scenarios.exchange import SERVICES, Scenario

CONNECTIONS_MARGIN = 2
"""Servers accept this many times the largest number of connections of the run."""
CONNECTIONS_LEAST = 1024
"""Servers accept this many in any case."""

CONNECTIONS = 16
"""That the pools of a server hold in all, whatever its number of workers."""
DIED = "see why it ended; launches that follow get another one"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLauncher:
    """Starts the stacks of a run on this machine."""

    stacks: Mapping[str, Stack]
    """By the slug that cells carry; the control under its own."""
    environments: Mapping[str, Provisioned]
    """By ``Cell.environment``."""
    scenarios: Mapping[str, Scenario]
    setup: Setup
    folder: Path
    """Logs and empty working directories of the servers, one folder a visit, the newest launch only."""
    shares_clock: bool = True
    under: tuple[str, ...] = ()
    """Command that every server is started by, such as a counter's."""
    deadline_s: float | None = None
    """Until a server must be ready; None: the usual time."""
    is_aborted: Callable[[], bool] = lambda: False
    services: Services = field(default_factory=Services)
    """What servers talk to; as shipped none can be had."""

    @contextmanager
    def start(
        self,
        visit: Visit,
        *,
        first: Cell,
        hash_seed: str,
        port: int | None = None,
        is_aborted: Callable[[], bool] = lambda: False,
    ) -> Iterator[LocalServer]:
        """Launch the stack of ``visit``, ready once ``first`` is answered rightly.

        Raises LaunchError, and ServiceError where what it talks to is not to be had.
        """
        needs = {self.scenarios[cell.scenario].needs for cell in visit.cells} & SERVICES
        connections = max(1, CONNECTIONS // first.workers)
        with self.services.leased(sorted(needs), visit.key, connections) as taken:
            declares = self.stacks[visit.stack].framework.pool
            leases = replace(taken, pool=first.workers * connections if declares else None)
            try:
                server = self._launch(
                    visit,
                    leases,
                    first=first,
                    hash_seed=hash_seed,
                    port=port,
                    is_aborted=lambda: self.is_aborted() or is_aborted(),
                )
            except LaunchError as error:
                if trouble := leases.trouble():
                    raise ServiceError(
                        f"{error.message}; {trouble}", remedy=DIED, log_tail=error.log_tail
                    ) from error
                raise
            with server:
                yield server

    def _launch(
        self,
        visit: Visit,
        leases: Leases,
        *,
        first: Cell,
        hash_seed: str,
        port: int | None,
        is_aborted: Callable[[], bool],
    ) -> LocalServer:
        stack = self.stacks[visit.stack]
        environment = self.environments[first.environment]
        scenario = self.scenarios[first.scenario]

        def ready(host: str, server_port: int) -> str | None:
            return probe(host, server_port, scenario)

        return launch(
            python=environment.python,
            stage=environment.stage,
            variant=stack.variant,
            versions=environment.record.versions,
            serve=self._serve(stack, visit, first, port),
            groups=groups_of(visit.cells, self.scenarios),
            cpus=self.setup.server_cpus,
            hash_seed=hash_seed,
            folder=self.folder / visit.key,
            ready=ready,
            under=self.under,
            deadline_s=self.deadline_s,
            leases=leases,
            is_aborted=is_aborted,
        )

    def lacking(self, needs: str) -> ServiceError | None:
        """Why the service ``needs`` cannot be had; started here where it can."""
        if needs not in SERVICES:
            return None
        try:
            self.services.require(needs)
        except ServiceError as error:
            return error
        return None

    def close(self) -> None:
        """Stop what its servers talked to."""
        self.services.close()

    def target(self, visit: Visit) -> str:
        """Dotted name of what ``visit`` serves, such as ``apps.fastapi_app:app``."""
        stack = self.stacks[visit.stack]
        attribute = stack.framework.targets[stack.variant.interface][visit.target]
        return f"{stack.framework.module}:{attribute}"

    def _serve(self, stack: Stack, visit: Visit, first: Cell, port: int | None) -> Serve:
        largest = max(cell.connections for cell in visit.cells)
        return Serve(
            target=self.target(visit),
            interface=stack.variant.interface,
            host=self.setup.host,
            port=port or 0,
            workers=first.workers,
            backlog=self.setup.backlog,
            keep_alive_s=self.setup.keep_alive_s,
            threads=self.setup.threads,
            max_connections=max(CONNECTIONS_LEAST, CONNECTIONS_MARGIN * largest),
        )
