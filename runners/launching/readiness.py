"""From started to ready: waiting for the first right answer, and saying why it did not come."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from runners.errors import LaunchError
from runners.launching.server_log import ServerLog
from runners.processes import accounting, ports
from runners.processes.supervisor import NOT_EXECUTABLE, SIGNALLED
from runners.processes.tree import ProcessTree
from runners.servers.recipe import Serve

POLL_S = 0.01
WRONG_S = 1.0
"""How long a server may answer wrongly before that counts as its answer and not as its warming up."""
QUIET = 10
"""Workers are up when no thread of the tree worked in so many looks, one at each poll."""

Ready = Callable[[str, int], str | None]
"""Asks (host, port) once: None when the answer is right, else what came instead. OSError: not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingServer:
    """A server that was just forked; every method raises LaunchError, carrying the log's tail."""

    tree: ProcessTree
    name: str
    """Of the variant, for messages."""
    serve: Serve
    log: ServerLog
    deadline_s: float
    """Since its fork."""
    is_aborted: Callable[[], bool]

    def first_answer_s(self, ready: Ready) -> float:
        """Seconds from the fork to the first right answer, polled every 10 ms."""
        wrong_ns: int | None = None
        while True:
            try:
                came = ready(self.serve.host, self.serve.port)
            except OSError as error:
                came, wrong_ns = f"{type(error).__name__}: {error}", None
            else:
                if came is None:
                    return _since(self.tree.begun_ns)
                wrong_ns = wrong_ns or time.monotonic_ns()
            if wrong_ns and _since(wrong_ns) > WRONG_S:
                raise self._error(
                    f"answers wrongly: {came}",
                    remedy="run `hotlap verify` for it: the app or its environment",
                )
            self._must_go_on(f"no right answer, last seen: {came}")
            time.sleep(POLL_S)

    def must_own_port(self) -> None:
        """Every listening socket on the port is the tree's: with another's the load would be halved."""
        port = self.serve.port
        foreign = ports.listeners(port) - ports.held(accounting.tree(self.tree.pid))
        if foreign & ports.listeners(port):  # a second look: the tree may have dropped one between
            self._must_live()
            raise self._error(
                f"is not alone on port {port}: {ports.owner(foreign)} listens there too",
                remedy="end that process, or let hotlap choose the port",
            )

    def wait_idle(self) -> None:
        """Wait until all workers are up: the first answer says that one of them is."""
        quiet = 0
        while quiet < QUIET:
            quiet = 0 if accounting.is_working(accounting.tree(self.tree.pid)) else quiet + 1
            self._must_go_on("busy since its first answer, though nothing is asked of it")
            time.sleep(POLL_S)

    def _must_live(self) -> None:
        status = self.tree.exit_status()
        if status is not None:
            raise self._error(f"died at its start ({_ended(status)})", remedy="read the end of its log below")

    def _must_go_on(self, trouble: str) -> None:
        self._must_live()
        if self.is_aborted():
            raise self._error("was not waited for: interrupted", remedy="resume the run")
        if _since(self.tree.begun_ns) > self.deadline_s:
            raise self._error(
                f"is not ready after {self.deadline_s:g} s: {trouble}",
                remedy="read the end of its log below; does the app import by itself?",
            )

    def _error(self, what: str, *, remedy: str) -> LaunchError:
        return LaunchError(
            f"{self.name} serving {self.serve.target} {what}", remedy=remedy, log_tail=self.log.tail()
        )


def _ended(status: int) -> str:
    if status == NOT_EXECUTABLE:
        return "its interpreter cannot be executed"
    if status > SIGNALLED:
        return f"signal {signal.Signals(status - SIGNALLED).name}"
    return f"exit status {status}"


def _since(begun_ns: int) -> float:
    """Seconds of the monotonic clock since ``begun_ns``."""
    return (time.monotonic_ns() - begun_ns) / 1e9
