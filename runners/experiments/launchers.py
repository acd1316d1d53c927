"""What starts the servers of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from results.model import Cell, Plan, Setup
from runners.environments.provision import Provisioned
from runners.experiments.backing import services_for
from runners.launching.launcher import Launcher
from runners.launching.local import LocalLauncher
from runners.launching.remote import RemoteLauncher
from runners.selection.matrix import Parts, Stack
from runners.services.services import Services


def launcher_of(plan: Plan, parts: Parts, environments: Mapping[str, Provisioned], folder: Path) -> Launcher:
    """Launcher of every stack of ``plan``, with logs in ``folder``; or of a server that runs already."""
    if plan.setup.url is not None:
        return RemoteLauncher(url=plan.setup.url, scenarios=parts.scenarios)
    return local_launcher(plan.cells, parts, environments, plan.setup, folder)


def local_launcher(
    cells: Iterable[Cell],
    parts: Parts,
    environments: Mapping[str, Provisioned],
    setup: Setup,
    folder: Path,
    *,
    services: Services | None = None,
) -> LocalLauncher:
    """Launcher of the stacks of ``cells``, with logs in ``folder``; ``services`` are its own, or shared."""
    cells = tuple(cells)
    return LocalLauncher(
        stacks={
            cell.stack: Stack(framework=parts.frameworks[cell.framework], variant=parts.servers[cell.server])
            for cell in cells
        },
        environments=environments,
        scenarios=parts.scenarios,
        setup=setup,
        folder=folder,
        services=services or services_for(cells, setup, parts.scenarios),
    )
