"""The workers of a master: welcomed or refused, named, found alive or lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerNode

from runners.errors import LoadError
from runners.generator import worker_messages as messages
from runners.generator.identity import identity, this_machine
from runners.generator.worker_messages import Hello, Refused, from_data

LIVENESS = 3
"""Missing heartbeats that Locust forgives."""


class Members:
    """Workers that take part in a run, by Locust's id."""

    def __init__(self, runner: MasterRunner, expected: int) -> None:
        """``expected``: how many make the load together."""
        self.expected = expected
        self.last_refusal = ""
        """Why the last worker that was refused was."""
        self._runner = runner
        self._identity = identity()
        self._hellos: dict[str, Hello] = {}
        self._names: dict[str, str] = {}
        runner.register_message(messages.HELLO, self._greet)

    def alive(self) -> list[str]:
        """Members that are there, in the order of their numbers; others are forgotten."""
        for worker in [worker for worker in self._hellos if self._is_lost(worker)]:
            del self._hellos[worker]
            if worker in self._runner.clients:
                del self._runner.clients[worker]
        return sorted(self._hellos, key=lambda worker: self._names[worker])

    def name(self, worker: str) -> str:
        """What messages call ``worker``."""
        return self._names[worker]

    def names(self, workers: Iterable[str]) -> str:
        """What messages call ``workers``."""
        return ", ".join(sorted(self._names[worker] for worker in workers))

    def is_local(self, worker: str) -> bool:
        """Whether ``worker`` is on this machine."""
        return self._hellos[worker].machine == this_machine()

    def require_alive(self, workers: Iterable[str]) -> None:
        """Raise LoadError where some of ``workers`` are lost."""
        lost = [worker for worker in workers if self._is_lost(worker)]
        if lost:
            raise LoadError(
                f"invalid: {self.names(lost)} disappeared within the trial, "
                "and the others' load alone is another one",
                remedy="look at that generator's machine; a new `hotlap worker` may take its place",
            )

    def drop_others(self) -> None:
        """Forget Locust workers that are no members: Locust would give them users."""
        for worker in [worker for worker in self._runner.clients if worker not in self._hellos]:
            del self._runner.clients[worker]

    def send(self, kind: str, data: dict[str, Any]) -> None:
        """Send a message to all members."""
        for worker in self._hellos:
            self._runner.send_message(kind, data, client_id=worker)

    def _is_lost(self, worker: str) -> bool:
        client = self._runner.clients.get(worker)
        return client is None or client.state == STATE_MISSING

    def _greet(self, environment: Environment, msg: Any) -> None:  # noqa: ANN401, ARG002 - Locust's
        worker, hello = str(msg.node_id), from_data(Hello, msg.data)
        refused = self._refusal(worker, hello)
        if refused is not None:
            self.last_refusal = refused.message
            self._runner.send_message(messages.REFUSED, asdict(refused), client_id=worker)
            if worker in self._runner.clients:
                del self._runner.clients[worker]
            return
        if worker not in self._runner.clients:
            self._runner.clients[worker] = WorkerNode(worker, heartbeat_liveness=LIVENESS)
        where = "this" if hello.machine == this_machine() else "another"
        number = self._free_number()
        self._names[worker] = f"generator {number} of {self.expected} (pid {hello.pid}, {where} machine)"
        self._hellos[worker] = hello
        self._runner.send_message(messages.WELCOME, {}, client_id=worker)

    def _refusal(self, worker: str, hello: Hello) -> Refused | None:
        if hello.identity != self._identity:
            return Refused(
                message=f"this worker is hotlap {hello.identity}, and the run's is {self._identity}",
                remedy="install the same version, from the same sources, on all machines",
            )
        if worker not in self._hellos and len(self.alive()) >= self.expected:
            return Refused(
                message=f"the run has its {self.expected} generators",
                remedy="start the run with a larger --join",
            )
        return None

    def _free_number(self) -> int:
        """The lowest number that no member has."""
        taken = [self._names[worker] for worker in self._hellos]
        numbers = range(1, self.expected + 1)
        return next(n for n in numbers if not any(name.startswith(f"generator {n} of ") for name in taken))
