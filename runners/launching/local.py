"""Starting the server of a visit here: where stack, environment, mounted groups and launch come together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from results.model import Cell, Setup
from runners.environments.provision import Provisioned
from runners.launching.server import LocalServer, launch
from runners.selection.matrix import Stack
from runners.selection.schedule import Visit, groups_of
from runners.servers.recipe import Serve
from runners.verify.contract import probe
from scenarios.exchange import Scenario

CONNECTIONS_MARGIN = 2
"""Servers accept this many times the largest number of connections of the run."""
CONNECTIONS_LEAST = 1024
"""Servers accept this many in any case."""


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

    def start(
        self,
        visit: Visit,
        *,
        first: Cell,
        hash_seed: str,
        port: int | None = None,
        is_aborted: Callable[[], bool] = lambda: False,
    ) -> AbstractContextManager[LocalServer]:
        """Launch the stack of ``visit``, ready once ``first`` is answered rightly; raises LaunchError."""
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
            is_aborted=lambda: self.is_aborted() or is_aborted(),
        )

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
