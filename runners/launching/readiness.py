"""From started to ready: waiting for the first right answer, and saying why it did not come."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from runners.errors import LaunchError
from runners.http.client import ANSWER_DEADLINE_S
from runners.launching.server_log import ServerLog
from runners.machine.patience import Patience
from runners.processes import accounting, ports
from runners.processes.supervisor import NOT_EXECUTABLE, SIGNALLED
from runners.processes.tree import ProcessTree
from runners.servers.recipe import Serve

READY_POLL_S = 0.01
"""Between two looks at a server that is not ready yet."""
WRONG_S = 1.0
"""How long a server may answer wrongly before that counts as its answer and not as its warming up."""
LOOK_MOST_S = ANSWER_DEADLINE_S + 1.0
"""The longest that passes between two looks while we run: a question that is not answered."""
IDLE_LOOKS = 10
"""Workers are up when no thread of the tree worked at so many looks in a row."""

Ready = Callable[[str, int], str | None]
"""Asks (host, port) once: None when the answer is right, else what is wrong; OSError where none came yet."""


@dataclass(slots=True)
class StartingServer:
    """A server that was just forked; its methods raise LaunchError with the log's tail."""

    tree: ProcessTree
    name: str
    """Of the variant, for messages."""
    serve: Serve
    log: ServerLog
    deadline_s: float
    """Until it must be ready, since its fork."""
    is_aborted: Callable[[], bool]

    patience: Patience = field(init=False)

    def __post_init__(self) -> None:
        """Patience begins with the server."""
        self.patience = Patience(self.deadline_s, look_s=LOOK_MOST_S)

    def wait_ready(self, ready: Ready) -> float:
        """Wait until it answers rightly, alone on its port, with all workers up.

        Returns the seconds from its fork to its first right answer, which is asked for every 10 ms.
        """
        first_answer_s = self._first_answer_s(ready)
        self._require_own_port()
        if self.serve.workers > 1:
            self._wait_idle()
        return first_answer_s

    def _first_answer_s(self, ready: Ready) -> float:
        wrong_ns: int | None = None
        while True:
            try:
                problem = ready(self.serve.host, self.serve.port)
            except OSError as error:
                problem, wrong_ns = f"{type(error).__name__}: {error}", None
            else:
                if problem is None:
                    return _since(self.tree.begun_ns)
                wrong_ns = wrong_ns or time.monotonic_ns()
            if wrong_ns and _since(wrong_ns) > WRONG_S:
                raise self._error(
                    f"answers wrongly: {problem}",
                    remedy="run `hotlap verify` for it: the app or its environment",
                )
            self._require_time_left(f"no right answer, last seen: {problem}")
            time.sleep(READY_POLL_S)

    def _require_own_port(self) -> None:
        """Every listening socket on the port is the tree's: with another's the load would be halved."""
        port = self.serve.port
        foreign = ports.listeners(port) - ports.sockets_of(accounting.tree_pids(self.tree.pid))
        if foreign & ports.listeners(port):  # a second look: the tree may have dropped one between
            self._require_alive()
            raise self._error(
                f"is not alone on port {port}: {ports.owner(foreign)} listens there too",
                remedy="end that process, or let hotlap choose the port",
            )

    def _wait_idle(self) -> None:
        """Wait until all workers are up: after the first answer one of them is."""
        idle_looks = 0
        while idle_looks < IDLE_LOOKS:
            is_working = accounting.is_working(accounting.tree_pids(self.tree.pid))
            idle_looks = 0 if is_working else idle_looks + 1
            self._require_time_left("busy since its first answer, though nothing is asked of it")
            time.sleep(READY_POLL_S)

    def _require_alive(self) -> None:
        status = self.tree.exit_status()
        if status is not None:
            raise self._error(
                f"died at its start ({how_it_ended(status)})", remedy="read the end of its log below"
            )

    def _require_time_left(self, trouble: str) -> None:
        self._require_alive()
        if self.is_aborted():
            raise self._error("was not waited for: interrupted", remedy="resume the run")
        if self.patience.left_s() <= 0:
            raise self._error(
                f"is not ready after {self.deadline_s:g} s: {trouble}",
                remedy="read the end of its log below; does the app import by itself?",
            )

    def _error(self, what: str, *, remedy: str) -> LaunchError:
        return LaunchError(
            f"{self.name} serving {self.serve.target} {what}", remedy=remedy, log_tail=self.log.tail()
        )


def how_it_ended(status: int) -> str:
    """An exit status of a server in words."""
    if status == NOT_EXECUTABLE:
        return "its interpreter cannot be executed"
    if status > SIGNALLED:
        name = signal.Signals(status - SIGNALLED).name
        return f"signal {name}" + (", which the kernel sends where memory is short" * (name == "SIGKILL"))
    return f"exit status {status}"


def _since(begun_ns: int) -> float:
    """Seconds of the monotonic clock since ``begun_ns``."""
    return (time.monotonic_ns() - begun_ns) / 1e9
