"""One stack started and kept, for load from elsewhere."""

from __future__ import annotations

import signal
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from runners.experiments.launchers import launcher_of
from runners.experiments.options import RunOptions
from runners.experiments.progress import Watcher
from runners.experiments.provisioning import must_be_single
from runners.experiments.run_plan import interpreters_of, plan_of
from runners.http.address import Endpoint
from runners.selection.discovery import discover
from runners.selection.schedule import visits


def serve_stack(options: RunOptions, port: int, watcher: Watcher) -> None:
    """Start the one stack of ``options`` on ``port`` and keep it until interrupted.

    Raises PlanError, before anything is built, where several interpreters are named.
    """
    parts = discover(options.apps)
    must_be_single(interpreters_of(options, parts), "a stack is served")
    plan, environments, _failures = plan_of(options, parts, watcher)
    visit = visits(plan.cells, parts.scenarios)[0]
    with (
        TemporaryDirectory(prefix="hotlap-") as folder,
        closing(launcher_of(plan, parts, environments, Path(folder))) as launcher,
        launcher.start(visit, first=visit.cells[0], hash_seed="random", port=port) as server,
    ):
        names = ", ".join(dict.fromkeys(cell.scenario for cell in visit.cells))
        watcher.say(f"{visit.stack} serves {names} on {Endpoint(server.host, server.port)}; Ctrl-C ends it")
        signal.pause()
