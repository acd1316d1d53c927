"""L3: SIGTERM under load: what becomes of the requests in flight, and seconds to exit."""

from __future__ import annotations

import os
import signal
import time

from results.model import ErrorKind
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.experiments.lifecycle.traffic import Asked, Traffic, exchanges_of, kinds, wait_until
from runners.launching.server import LocalServer

CONNECTIONS = 16
BEFORE_S = 0.5
"""Of load, before the signal."""
BEFORE_REQUESTS = 4 * CONNECTIONS
"""Answered at least, before the signal."""
BEFORE_DEADLINE_S = 10.0
EXIT_S = 40.0
"""A server that needs longer is killed; gunicorn kills its own workers after 30 s."""


def observe(subject: Subject) -> Observation:
    """Ask for waits of 10 to 30 ms on 16 connections, and end the server's root process by SIGTERM."""
    with subject.start(("json", "delay"), first="delay") as server:
        with Traffic(server.host, server.port, exchanges_of(subject, ["delay"]), CONNECTIONS) as traffic:
            begun_s = time.monotonic()
            if not wait_until(
                lambda: time.monotonic() - begun_s > BEFORE_S and traffic.answered() >= BEFORE_REQUESTS,
                BEFORE_DEADLINE_S,
            ):
                raise subject.error("too few requests were answered before the signal", server)
            signalled_s = time.monotonic()
            os.kill(server.pid, signal.SIGTERM)
            exit_s = wait_until(lambda: not server.alive(), EXIT_S)
        return _observation(server, traffic.asked, signalled_s, exit_s)


def _observation(
    server: LocalServer, asked: list[Asked], signalled_s: float, exit_s: float | None
) -> Observation:
    in_flight = [request for request in asked if request.sent_s <= signalled_s < request.done_s]
    after = [
        request
        for request in asked
        if request.sent_s > signalled_s and request.error is not ErrorKind.REFUSED
    ]
    lost = [request for request in in_flight if request.error is not None]
    observation = Observation(
        values={
            "in_flight": len(in_flight),
            "in_flight_lost": len(lost),
            "sent_after": len(after),
            "sent_after_lost": sum(request.error is not None for request in after),
            "stale": sum(request.is_stale for request in (*lost, *after)),
        },
        answers={
            "in flight, lost": kinds(lost),
            "sent after, lost": kinds(after),
            "exit": server.ended() or f"still running after {EXIT_S:g} s",
        },
        log_tail=server.log_tail() if lost or exit_s is None else "",
    )
    observation.measure("exit_s", exit_s, f"still running {EXIT_S:g} s after SIGTERM")
    return observation


PROBE = Probe(
    name="graceful-shutdown",
    number="L3",
    observe=observe,
    families=("json", "delay"),
    connections=CONNECTIONS,
    repeats=5,
    seconds=3.0,
)
