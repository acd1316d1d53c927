"""Servers held against odd bytes: one launch of each variant, whose application tells what it got."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from results.model import PROTOCOL, Cell, Failure, Finding
from runners.environments import cache
from runners.environments.provision import Provisioned
from runners.environments.yardstick import choose
from runners.errors import HotlapError, VerifyError
from runners.experiments.durations import VERIFIED_AT_ONCE
from runners.experiments.options import RunOptions
from runners.experiments.progress import Watcher
from runners.experiments.provisioning import environments_of, frameworks_of
from runners.launching.server import launch
from runners.machine import facts, placement
from runners.selection.discovery import discover
from runners.selection.matrix import Parts, stacks
from runners.servers.recipe import Serve, Variant
from runners.verify import odd_bytes

MODULE = "apps.seen_bytes"
"""What is served, by the name of its interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServersTold:
    """What servers answered to odd bytes."""

    findings: tuple[Finding, ...] = ()
    """Of scenario ``PROTOCOL``; their framework is the interface of the server."""
    failures: tuple[Failure, ...] = ()
    """Servers that could not be started, or lack what hotlap's own load relies on."""


def hold_servers(options: RunOptions, watcher: Watcher) -> ServersTold:
    """Hold every server variant of a selection against odd bytes, in some seconds each.

    They run on the first interpreter of ``options``, in the environment of the floor of their interface.
    Raises PlanError where the selection makes no sense.
    """
    facts.require_linux()
    chosen = {
        stack.variant.name: stack.variant for stack in stacks(options.selection, discover(options.apps))
    }
    parts = discover()
    cells = [_cell(variant) for variant in chosen.values()]
    interpreters = choose(options.pythons[:1], frameworks_of(cells, parts), cache.root())
    environments, failures = environments_of(
        cells, parts, interpreters=interpreters, overrides=options.overrides, watcher=watcher
    )
    servers = _startable(cells, parts, environments, watcher)
    told = [ServersTold(failures=failures), *_at_once(servers, watcher)]
    return ServersTold(
        findings=tuple(finding for part in told for finding in part.findings),
        failures=tuple(failure for part in told for failure in part.failures),
    )


def _cell(variant: Variant) -> Cell:
    """Stands for the launch of ``variant``."""
    return Cell(
        framework=str(variant.interface),
        server=variant.name,
        interface=variant.interface,
        scenario=PROTOCOL,
    )


Servers = Sequence[tuple[Cell, Variant, Provisioned]]


def _startable(
    cells: Sequence[Cell], parts: Parts, environments: Mapping[str, Provisioned], watcher: Watcher
) -> Servers:
    """Servers that have an environment, and in it what they need."""
    servers = []
    for cell in cells:
        variant, environment = parts.servers[cell.server], environments.get(cell.environment)
        if environment and (unmet := variant.unmet(environment.record.versions)):
            watcher.say(f"not applicable: {unmet}")
        elif environment:
            servers.append((cell, variant, environment))
    return servers


def _at_once(servers: Servers, watcher: Watcher) -> list[ServersTold]:
    """What each server told, some of them side by side."""
    watcher.say(f"odd bytes to {len(servers)} servers")
    pool, interrupted, told = ThreadPoolExecutor(VERIFIED_AT_ONCE), Event(), []
    try:
        with TemporaryDirectory(prefix="hotlap-") as folder:
            due = [pool.submit(_hold, *server, Path(folder), interrupted.is_set) for server in servers]
            for done, answered in enumerate(due, 1):
                told.append(answered.result())
                watcher.verified(done, len(servers), "held against odd bytes")
    except BaseException:
        interrupted.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        watcher.end()
    return told


def _hold(
    cell: Cell, variant: Variant, environment: Provisioned, folder: Path, is_aborted: Callable[[], bool]
) -> ServersTold:
    """Launch one server and send it all; what it answered, and what breaks hotlap's own contract."""
    server_cpus, _ = placement.choose_cpus(cell.workers)
    try:
        with launch(
            python=environment.python,
            stage=environment.stage,
            variant=variant,
            versions=environment.record.versions,
            serve=Serve(target=f"{MODULE}:{cell.interface}", interface=cell.interface),
            groups=(),
            cpus=server_cpus,
            hash_seed="0",
            folder=folder / variant.name,
            ready=odd_bytes.is_ready,
            is_aborted=is_aborted,
        ) as server:
            told = odd_bytes.hold_against(server.host, server.port, is_aborted=is_aborted)
            log = server.log_tail()
    except HotlapError as error:
        return ServersTold(failures=(error.failure(_name(cell)),))
    broken = VerifyError(
        f"what hotlap's load relies on is not there: {'; '.join(told.broken)}",
        remedy="report it to the server, and measure another one",
        log_tail=log,
    )
    return ServersTold(
        findings=tuple(_finding(cell, about, answer) for about, answer in told.answers),
        failures=(broken.failure(_name(cell)),) if told.broken else (),
    )


def _name(cell: Cell) -> str:
    """In place of a stack in failures: no stack of a run is lost by them."""
    return f"{PROTOCOL}--{cell.server}"


def _finding(cell: Cell, about: str, answer: str) -> Finding:
    return Finding(
        framework=cell.framework, server=cell.server, scenario=PROTOCOL, probe=about, answer=answer
    )
