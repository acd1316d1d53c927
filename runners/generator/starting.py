"""Starting the generator of a run, one process or several as one, and becoming a worker of one elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from results.model import Setup
from runners.errors import PlanError
from runners.generator.client import Generator
from runners.generator.distributed_client import DistributedGenerator
from runners.http.address import Endpoint
from runners.machine import facts
from runners.processes.ours import environment_of_ours, python_m
from runners.processes.ports import LOOPBACK


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
    return DistributedGenerator(
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
