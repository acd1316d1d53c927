"""The harness's side of several generators: a master, its workers here, and those that join it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from runners.errors import LaunchError, LoadError, PlanError
from runners.generator.client import Generator, start_logged
from runners.generator.messages import Leg, Message, Order, Relay
from runners.http.address import Endpoint
from runners.processes import ports
from runners.processes.ours import python_m
from runners.processes.tree import ProcessTree

ANYWHERE = ("0.0.0.0", "::", "*")  # noqa: S104 - recognised, not bound
GATHER_LOCAL_S = 30.0
"""Workers of this machine are there within this; they need two seconds."""
GATHER_JOINED_S = 120.0
"""Workers of further machines, which are started by hand, are there within this."""
MEET_S = 240.0
"""A trial of several generators may take this much longer than that of one, once all are there."""
FAREWELL_S = 2.0
"""A master that ends tells its workers within this; it needs about half a second."""
EXIT_POLL_S = 0.01
"""Between two looks whether the master has ended."""


class DistributedGenerator(Generator):
    """As ``Generator``, made of ``local`` processes here and ``joined`` ones on further machines.

    Local ones have a CPU of ``cpus`` each where there are enough. One that died is started anew for the
    next order; the order that it died in is invalid.
    """

    def __init__(
        self,
        cpus: Sequence[int],
        log: Path,
        *,
        local: int,
        joined: int = 0,
        listen: Endpoint | None = None,
        echo: Callable[[str], object] = lambda _: None,
    ) -> None:
        """``listen``: where the master awaits workers; None: a free port of the loopback interface."""
        super().__init__(cpus, log)
        self._local = local
        self._joined = joined
        self._listen = listen or Endpoint(ports.LOOPBACK, 0)
        self._echo = echo
        self._workers: dict[int, ProcessTree] = {}
        self._gather_s = GATHER_JOINED_S if joined else GATHER_LOCAL_S
        self._master = self._listen

    def stop(self) -> None:
        """Let the workers go, and kill what is left of the processes here."""
        process = self._process
        if self._channel is not None and process is not None:
            self._channel.close()
            self._channel = None
            deadline_s = time.monotonic() + FAREWELL_S
            while process.exit_status() is None and time.monotonic() < deadline_s:
                time.sleep(EXIT_POLL_S)
        super().stop()
        for worker in self._workers.values():
            worker.stop()
        self._workers.clear()

    def relay(self, order: Relay) -> tuple[Leg, ...]:
        """Raise LoadError: several processes cannot let a server rest at the same instant."""
        raise LoadError(
            f"{len(order.legs)} servers cannot take turns under several generators",
            remedy="measure whole windows with them, or one generator",
        )

    def _command(self) -> list[str]:
        host = self._listen.host
        port = self._listen.port or ports.free_port(host)
        if not ports.can_bind(_bindable(host), port):
            raise PlanError(
                f"port {port} of {host} cannot be listened on: "
                f"{ports.owner(ports.listeners(port)) if ports.listeners(port) else 'no such address here'}",
                remedy="choose another with --listen HOST:PORT",
            )
        self._master = Endpoint(host, port)
        if self._joined:
            self._echo(
                f"waiting for {self._joined} further generators: hotlap worker --master {self._master}"
            )
        options = {
            "--listen": self._master,
            "--workers": self._local + self._joined,
            "--patience": self._gather_s,
        }
        return ["runners.generator.master", *(str(word) for pair in options.items() for word in pair)]

    def _patience_s(self, order: Order | Relay) -> float:
        return super()._patience_s(order) + self._gather_s + MEET_S

    def _ask(self, order: Order | Relay) -> Message:
        if self._channel is None:
            self._start()
        for number in range(self._local):
            worker = self._workers.get(number)
            if worker is not None and worker.exit_status() is not None:
                worker.stop()
                worker = None
            self._workers[number] = worker or self._start_worker(number)
        return super()._ask(order)

    def _start_worker(self, number: int) -> ProcessTree:
        """Start generator ``number`` of this machine."""
        host = ports.LOOPBACK if self._master.host in ANYWHERE else self._master.host
        log = self._log.with_name(f"{self._log.stem}-{number + 1}{self._log.suffix}")
        master = str(Endpoint(host, self._master.port))
        argv = python_m("runners.generator.worker", "--master", master)
        cpus = (self._cpus[number % len(self._cpus)],) if self._cpus else ()
        try:
            return start_logged(argv, log, cpus)
        except (LaunchError, OSError) as error:
            remedy = error.remedy if isinstance(error, LaunchError) else "check --results and the disk"
            raise LoadError(f"generator {number + 1} did not start: {error}", remedy=remedy) from error


def _bindable(host: str) -> str:
    return "0.0.0.0" if host == "*" else host  # noqa: S104 - only where it was asked for
