"""L8: SIGHUP under load, where a server replaces its workers by it: requests lost, until all are new."""

from __future__ import annotations

import os
import signal
import time

from results.model import ErrorKind
from runners.experiments.lifecycle.memory import workers_of
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.experiments.lifecycle.traffic import Traffic, exchanges_of, kinds, wait_until
from runners.launching.server import LocalServer
from runners.selection.frameworks import Framework
from runners.servers.recipe import Variant

WORKERS = 2
CONNECTIONS = 8
AROUND_S = 0.5
"""Of load before the signal, and once all workers are new."""
RELOAD_S = 40.0


def observe(subject: Subject) -> Observation:
    """Ask two workers on 8 kept connections, and send SIGHUP to the root process."""
    with subject.start(("json",)) as server:
        before = workers_of(server)
        if len(before) != WORKERS:
            raise subject.error(f"{len(before)} workers listen, not {WORKERS}", server)
        with Traffic(server.host, server.port, exchanges_of(subject, ["json"]), CONNECTIONS) as traffic:
            time.sleep(AROUND_S)
            signalled_s = time.monotonic()
            os.kill(server.pid, signal.SIGHUP)
            new_s = wait_until(lambda: not server.alive() or _are_new(server, before), RELOAD_S)
            if not server.alive():
                raise subject.error(f"SIGHUP ended the server ({server.ended()})", server)
            time.sleep(AROUND_S)
        log_tail = server.log_tail()
    during = [request for request in traffic.asked if request.done_s > signalled_s]
    failed = [request for request in during if request.error is not None]
    lost = [request for request in failed if not request.is_stale]
    observation = Observation(
        values={
            "requests": len(during) - len(failed),
            "lost": len(lost),
            "stale": len(failed) - len(lost),
            "refused": sum(request.error is ErrorKind.REFUSED for request in failed),
        },
        answers={"lost or stale": kinds(failed)},
        log_tail=log_tail if failed or new_s is None else "",
    )
    observation.measure("all_new_s", new_s, f"old workers were there {RELOAD_S:g} s after SIGHUP")
    return observation


def _are_new(server: LocalServer, before: frozenset[int]) -> bool:
    """Whether no process of before is left, and as many accept connections as there were."""
    return not before & server.pids() and len(workers_of(server)) >= len(before)


def objection(_framework: Framework, variant: Variant) -> str:
    """Why a server has no rolling reload; empty: it has."""
    return "" if variant.reloads else f"{variant.name} replaces no workers while it serves"


PROBE = Probe(
    name="reload",
    number="L8",
    observe=observe,
    connections=CONNECTIONS,
    workers=WORKERS,
    seconds=4.0,
    objection=objection,
)
