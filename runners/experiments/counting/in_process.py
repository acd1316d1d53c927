"""Counting a cell without a server: the app's own interpreter calls it, asked through two pipes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from results.model import IN_PROCESS, Interface
from runners.errors import CostError, HotlapError
from runners.experiments.counting import dispatch
from runners.experiments.counting.cost_cell import HASH_SEED, CostCell, LaunchResult, T
from runners.experiments.counting.counter import Tool
from runners.experiments.counting.dispatch_client import ScriptAsker, ScriptPipes
from runners.experiments.counting.launch_counts import MeasureLaunch
from runners.launching.scratch import make_scratch
from runners.launching.server import environment_of, start_tree
from runners.launching.server_log import log_of
from runners.processes import accounting
from runners.processes.tree import ProcessTree
from runners.selection.schedule import groups_of
from runners.servers.recipe import Variant
from scenarios.exchange import Scenario

DISPATCH = Path(dispatch.__file__)
READY = b"ready"


def count_in_process(
    cost_cell: CostCell,
    *,
    scenario: Scenario,
    tool: Tool,
    cpu: int,
    folder: Path,
    is_aborted: Callable[[], bool],
    measure: MeasureLaunch[T],
) -> LaunchResult[T]:
    """Start the interpreter of ``cost_cell`` once, on ``cpu``, and ``measure``; errors carry the log."""
    framework, interface = cost_cell.framework, cost_cell.cell.interface
    target = f"{framework.module}:{framework.targets[interface][scenario.target]}"
    log = log_of(cost_cell.environment.python, cost_cell.environment.stage, folder)
    reading = tool.reading(folder)
    try:
        with _script(
            cost_cell,
            target=target,
            groups=groups_of([cost_cell.cell], {scenario.name: scenario}),
            under=tool.under(folder),
            cpu=cpu,
            folder=folder,
            is_aborted=is_aborted,
        ) as (pipes, tree):
            if pipes.line(b"", tool.ready_s) != READY:
                raise CostError("the script that calls the app did not start", remedy="please report this")
            asker = ScriptAsker(pipes)
            result = measure(asker, reading, scenario, lambda: accounting.tree_pids(tree.pid), idles=False)
    except HotlapError as error:
        error.log_tail = error.log_tail or log.tail()
        raise
    finally:
        reading.close()
    return LaunchResult(result=result, target=target, argv=("python", DISPATCH.name, interface, target))


@contextmanager
def _script(
    cost_cell: CostCell,
    *,
    target: str,
    groups: tuple[str, ...],
    under: tuple[str, ...],
    cpu: int,
    folder: Path,
    is_aborted: Callable[[], bool],
) -> Iterator[tuple[ScriptPipes, ProcessTree]]:
    """The script under the counter, and the pipes to and from it; killed at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    commands, to_script = os.pipe()
    from_script, answers = os.pipe()
    argv = (str(DISPATCH), cost_cell.cell.interface, target, str(commands), str(answers))
    with (
        os.fdopen(to_script, "wb", buffering=0),
        os.fdopen(from_script, "rb", buffering=0),
        ExitStack() as stack,
    ):
        try:
            environment = environment_of(
                _variant(cost_cell.cell.interface),
                stage=cost_cell.environment.stage,
                groups=groups,
                hash_seed=HASH_SEED,
                scratch=stack.enter_context(make_scratch(folder)),
            )
            tree = start_tree(
                [*under, str(cost_cell.environment.python), *argv],
                environment,
                folder,
                (cpu,),
                pass_fds=(commands, answers),
            )
        finally:
            os.close(commands)
            os.close(answers)
        with tree:
            yield ScriptPipes(to_script, from_script, is_aborted), tree


def _variant(interface: Interface) -> Variant:
    return Variant(
        name=IN_PROCESS,
        interface=interface,
        title="no server",
        command=lambda _serve: (),
    )
