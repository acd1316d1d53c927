"""Counting a cell with its server: launched under the counter, asked in lock-step, killed at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from results.model import Setup
from runners.errors import HotlapError
from runners.experiments.counting.cost_cell import HASH_SEED, CostCell, LaunchResult, T
from runners.experiments.counting.counter import Reading, Tool
from runners.experiments.counting.launch_counts import MeasureLaunch
from runners.experiments.counting.lockstep import Lockstep
from runners.launching.local import LocalLauncher
from runners.launching.server import LocalServer
from runners.selection.matrix import Stack
from runners.selection.schedule import visits
from runners.servers.recipe import Variant
from scenarios.exchange import Scenario


def count_served(
    cost_cell: CostCell,
    *,
    variant: Variant,
    scenario: Scenario,
    tool: Tool,
    setup: Setup,
    cpu: int,
    folder: Path,
    is_aborted: Callable[[], bool],
    measure: MeasureLaunch[T],
) -> LaunchResult[T]:
    """Launch ``cost_cell`` once, on ``cpu``, and ``measure``; its errors carry the log's tail."""
    cell = cost_cell.cell
    (visit,) = visits([cell], {scenario.name: scenario})
    folder.mkdir(parents=True, exist_ok=True)
    launcher = LocalLauncher(
        stacks={cell.stack: Stack(framework=cost_cell.framework, variant=variant)},
        environments={cell.environment: cost_cell.environment},
        scenarios={scenario.name: scenario},
        setup=replace(setup, server_cpus=(cpu,)),
        folder=folder,
        under=tool.under(folder),
        deadline_s=tool.ready_s,
        is_aborted=is_aborted,
    )
    reading = tool.reading(folder)
    try:
        with launcher.start(visit, first=cell, hash_seed=HASH_SEED) as server:
            result = _measure(server, measure, reading, scenario, is_aborted)
            return LaunchResult(result=result, target=launcher.target(visit), argv=server.argv)
    finally:
        reading.close()


def _measure(
    server: LocalServer,
    measure: MeasureLaunch[T],
    reading: Reading,
    scenario: Scenario,
    is_aborted: Callable[[], bool],
) -> T:
    try:
        with Lockstep(server.host, server.port, is_aborted=is_aborted) as asker:
            return measure(asker, reading, scenario, server.pids, idles=True)
    except HotlapError as error:
        error.log_tail = error.log_tail or server.log_tail()
        raise
