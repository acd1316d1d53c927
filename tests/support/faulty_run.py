"""A run of real processes in which servers have faults: scripted servers, a real generator, a real record."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from results.model import FrameworkEnvironment, Plan, Run, Setup
from results.store import create, read
from runners.cli.policy import report_policy
from runners.cli.progress import PlainLines
from runners.environments.provision import Provisioned
from runners.experiments.launchers import local_launcher
from runners.experiments.run import RunSession
from runners.generator.client import Generator
from runners.selection.frameworks import APPS
from runners.selection.heats import launch_order
from runners.selection.matrix import Parts, Selection, expand
from runners.selection.schedule import visits
from runners.servers.recipe import Serve
from scenarios.catalogue import discover
from tests.support import faulty_server
from tests.support.fake_run import IN_TURNS
from tests.support.fake_run import plan as fake_plan
from tests.support.hasty_generator import HastyGenerator
from tests.support.small_matrix import framework, variant

SERVER = "scripted"
FAULTY_SETUP = replace(
    IN_TURNS, blocks=1, warmup_s=0.02, window_s=0.2, leg_s=0.35, server_cpus=(), generator_cpus=()
)


def command(serve: Serve) -> tuple[str, ...]:
    """How a scripted server is started: its fault is the name of what it serves."""
    fault = serve.target.removeprefix("apps.").partition("_app")[0]
    return ("-m", "faulty_server", fault, serve.host, str(serve.port))


def faulty_parts(names: Collection[str]) -> Parts:
    """A framework of each name, one server, two scenarios."""
    return Parts(
        frameworks={name: framework(name, "asgi") for name in names},
        servers={SERVER: variant(SERVER, "asgi", command=command)},
        scenarios={name: one for name, one in discover().items() if name in {"json", "plaintext"}},
    )


def faulty_plan(parts: Parts, setup: Setup) -> Plan:
    """Both scenarios of good servers, one of the others, four connections each."""
    cells = tuple(
        cell
        for cell in expand(Selection(connections=(4,)), parts).cells
        if "good" in cell.framework or cell.scenario == "json"
    )
    launches = visits(cells, parts.scenarios)
    order = tuple(
        launch_order(launches, most=setup.heat, seed=setup.seed, block=block) for block in range(setup.blocks)
    )
    return replace(fake_plan(), setup=setup, cells=cells, order=order)


def faulty_environment(stage: Path, name: str) -> Provisioned:
    """This interpreter, with the scripted server beside the contract."""
    (stage / "apps").mkdir(parents=True, exist_ok=True)
    shutil.copy(APPS / "contract.py", stage / "apps")
    shutil.copy(faulty_server.__file__, stage)
    record = FrameworkEnvironment(
        framework=name, title=name, key="k", python="3", python_build="", optimised_build=True, versions={}
    )
    return Provisioned(python=Path(sys.executable), stage=stage, record=record)


def faulty_session(
    folder: Path, names: Collection[str], setup: Setup = FAULTY_SETUP
) -> tuple[RunSession, io.StringIO]:
    """A session in ``folder`` with a server of each fault, and what it will print."""
    parts = faulty_parts(names)
    plan, said = faulty_plan(parts, setup), io.StringIO()
    environments = {name: faulty_environment(folder / "stage", name) for name in names}
    writer = create(folder, plan)
    logs = writer.folder / "logs"

    def generators() -> AbstractContextManager[Generator]:
        return HastyGenerator((), logs / "generator.log")

    one = RunSession(
        parts=parts,
        plan=plan,
        writer=writer,
        watcher=PlainLines(said),
        policy=report_policy(),
        before=Run(plan=plan),
        launcher=local_launcher(plan.cells, parts, environments, setup, logs),
        generators=generators,
    )
    return one, said


def faulty_run(folder: Path, names: Collection[str], setup: Setup = FAULTY_SETUP) -> tuple[Run, str]:
    """What such a run recorded, and what it printed."""
    one, said = faulty_session(folder, names, setup)
    with one.writer:
        one.run()
    return read(one.folder), said.getvalue()
