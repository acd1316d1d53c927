"""L2: start hooks once per worker and before its answers, their state in handlers, stop hooks on SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from runners.experiments.lifecycle.hooks import HookCall, Hooks
from runners.experiments.lifecycle.memory import workers_of
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.experiments.lifecycle.traffic import wait_until
from runners.http.client import send
from runners.launching.server import LocalServer
from scenarios.exchange import Request

WORKERS = 2
ASKED = 40
"""Requests, each on a connection of its own, so that all workers answer some."""
EXIT_S = 40.0


def observe(subject: Subject) -> Observation:
    """Launch two workers, ask who made the state that handlers see, then send SIGTERM to the root process."""
    hooks = Hooks.beside(subject.folder)
    with subject.start(("json", "lifespan"), variables=hooks.variables) as server:
        workers = workers_of(server)
        first_s: dict[int, float] = {}
        states = [_ask(subject, server, first_s) for _ in range(ASKED)]
        os.kill(server.pid, signal.SIGTERM)
        exit_s = wait_until(lambda: not server.alive(), EXIT_S)
        ended = server.ended()
    observation = Observation(
        values={
            "workers": len(workers),
            "workers_that_answered": len(first_s),
            "start_hooks": len(hooks.calls_of("start")),
            "stop_hooks": len(hooks.calls_of("stop")),
        },
        answers={
            **answers_of(hooks, workers, first_s, states),
            "exit": ended or f"still running after {EXIT_S:g} s",
        },
    )
    observation.measure("exit_s", exit_s, f"still running {EXIT_S:g} s after SIGTERM")
    return observation


def answers_of(
    hooks: Hooks, workers: Collection[int], first_s: Mapping[int, float], states: Sequence[bool]
) -> dict[str, str]:
    """What hooks did in a launch that has ended, in words.

    ``first_s`` are the times of first answers by process, ``states`` whether the state of each was its own.
    """
    starts, stops = hooks.calls_of("start"), hooks.calls_of("stop")
    own = f"no: in {states.count(False)} of {len(states)} answers"
    return {
        "start hook": once_each(starts, workers),
        "before the first answer": before_answers(starts, first_s),
        "state in handlers": "yes" if all(states) else own,
        "stop hook": once_each(stops, workers),
    }


def _ask(subject: Subject, server: LocalServer, first_s: dict[int, float]) -> bool:
    try:
        return has_own_state(server.host, server.port, first_s)
    except ValueError as error:
        raise subject.error(str(error), server) from error


def has_own_state(host: str, port: int, first_s: dict[int, float]) -> bool:
    """Whether the state that the answering process sees is that of its own start hook.

    Notes in ``first_s`` when each process answered first (monotonic). Raises ValueError for another answer.
    """
    answer = send(host, port, Request(target="/lifespan"))
    done_s = time.monotonic()
    try:
        told = json.loads(answer.body)
        pid, opened_by = int(told["pid"]), int(told["opened_by"])
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"/lifespan is answered with {answer.status} {answer.body[:80]!r}") from error
    first_s.setdefault(pid, done_s)
    return pid == opened_by


def once_each(calls: Collection[HookCall], workers: Collection[int]) -> str:
    """Whether a hook ran once in each of ``workers`` and nowhere else, in words."""
    by_pid = Counter(call.pid for call in calls)
    if not by_pid:
        return "no: it did not run"
    if set(by_pid) == set(workers) and set(by_pid.values()) == {1}:
        return "once per worker"
    return f"no: {len(calls)} times in {len(by_pid)} processes, of {len(workers)} workers"


def before_answers(starts: Collection[HookCall], first_s: Mapping[int, float]) -> str:
    """Whether each process that answered had run its start hook before, in words."""
    started_s = {call.pid: call.at_ns / 1e9 for call in starts}
    late = [pid for pid, answered_s in first_s.items() if started_s.get(pid, answered_s) >= answered_s]
    return f"no: not in {len(late)} of {len(first_s)} workers" if late else "yes"


PROBE = Probe(
    name="lifespan",
    number="L2",
    observe=observe,
    families=("json", "lifespan"),
    needs="lifespan",
    workers=WORKERS,
    seconds=3.0,
)
