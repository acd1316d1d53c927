"""The harness's side of the generator: a process of its own, kept alive from trial to trial."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from runners.errors import LaunchError, LoadError
from runners.generator.messages import (
    Failed,
    Leg,
    Measured,
    Message,
    Order,
    Ready,
    Relay,
    Relayed,
    from_line,
    to_line,
)
from runners.generator.window.trial import longest_s
from runners.machine.patience import Patience
from runners.processes.ours import environment_of_ours, python_m
from runners.processes.tree import ProcessTree, tail

START_S = 60.0
"""A generator is ready within this; importing Locust, numpy and the scenarios takes a second or two."""
BESIDES_S = 45.0
"""An answer may take this much longer than the measuring itself, to start users."""
LOOK_S = 1.0
"""Between two looks whether an answer is late."""
LOG_LINES = 20
"""Lines of the generator's log that an error shows."""


class Generator:
    """A generator that takes orders; started by the first one, and anew by the next one after it failed.

    Used as a context manager; at its end, and when the harness is killed, the process is killed. Ctrl-C
    does not reach it: it has a session of its own.
    """

    def __init__(self, cpus: Sequence[int], log: Path) -> None:
        """``cpus``: where it may run, empty for anywhere; ``log`` takes what it prints."""
        self._cpus = tuple(cpus)
        self._log = log
        self._process: ProcessTree | None = None
        self._channel: socket.socket | None = None
        self._unread = b""

    def measure(self, order: Order) -> Measured:
        """Measure one trial.

        Raises LoadError without a right answer in the window, and when the generator dies or hangs.
        """
        answer = self._answer(order)
        if isinstance(answer, Failed):
            raise LoadError(answer.message, remedy=answer.remedy, answered=answer.answered)
        if not isinstance(answer, Measured):
            self.stop()
            raise LoadError(f"the generator answered {type(answer).__name__} to an order")
        return answer

    def relay(self, order: Relay) -> tuple[Leg, ...]:
        """Load servers in turn: a leg for each, in their order; raises LoadError as ``measure``."""
        answer = self._answer(order)
        if isinstance(answer, Failed):
            raise LoadError(answer.message, remedy=answer.remedy, answered=answer.answered)
        if not isinstance(answer, Relayed):
            self.stop()
            raise LoadError(f"the generator answered {type(answer).__name__} to a relay")
        return answer.legs

    def _answer(self, order: Order | Relay) -> Message:
        answered = False
        try:
            answer = self._ask(order)
            answered = True
        finally:
            if not answered:  # it may still come, and would be taken for the next one
                self.stop()
        return answer

    def stop(self) -> None:
        """Kill the process, if there is one."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.stop()
        self._process = self._channel = None
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ask(self, order: Order | Relay) -> Message:
        channel = self._channel or self._start()
        try:
            channel.sendall(to_line(order).encode())
        except OSError as error:
            raise self._gone(f"the generator is gone ({error})") from error
        return self._receive(channel, self._patience_s(order))

    def _patience_s(self, order: Order | Relay) -> float:
        """How long an answer to ``order`` may take."""
        if isinstance(order, Relay):
            return 2 * order.seconds + sum(longest_s(leg) + BESIDES_S for leg in order.legs)
        return longest_s(order) + BESIDES_S

    def _command(self) -> list[str]:
        """Module of the process that takes the orders, and its options."""
        return ["runners.generator.process"]

    def _start(self) -> socket.socket:
        command = self._command()
        try:
            ours, theirs = socket.socketpair()
            self._channel = ours
            with theirs:
                argv = [*python_m(*command), "--channel", str(theirs.fileno())]
                self._process = start_logged(argv, self._log, self._cpus, pass_fds=(theirs.fileno(),))
        except LaunchError as error:
            raise LoadError(f"the generator did not start: {error.message}", remedy=error.remedy) from error
        except OSError as error:
            raise LoadError(
                f"the generator did not start: {error.strerror}",
                remedy="check --results, the disk, and the limit of open files (`ulimit -n`)",
            ) from error
        if not isinstance(self._receive(ours, START_S), Ready):
            raise self._gone("the generator did not say that it is ready")
        return ours

    def _receive(self, channel: socket.socket, within_s: float) -> Message:
        """Read the next line, within ``within_s``."""
        patience = Patience(within_s, look_s=2 * LOOK_S)
        while b"\n" not in self._unread:
            channel.settimeout(max(min(patience.left_s(), LOOK_S), 0.001))
            try:
                data = channel.recv(1 << 16)
            except TimeoutError as error:
                if patience.left_s() > 0:
                    continue
                raise self._gone(f"the generator did not answer within {within_s:.0f} s") from error
            except OSError as error:
                raise self._gone(f"the generator is gone ({error})") from error
            if not data:
                raise self._gone("the generator died")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return from_line(line)

    def _gone(self, what: str) -> LoadError:
        status = self._process.exit_status() if self._process else None
        ended = "" if status is None else f", exit status {status}"
        return LoadError(
            what + ended,
            remedy="the next trial starts another; its log says why",
            log_tail=tail(self._log, LOG_LINES),
        )


def start_logged(
    argv: Sequence[str], log: Path, cpus: Sequence[int], *, pass_fds: Sequence[int] = ()
) -> ProcessTree:
    """Start a process of ours that prints to ``log``; raises LaunchError, or OSError of the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return ProcessTree(
            argv,
            environment=environment_of_ours(),
            cwd=log.parent,
            output=output,
            cpus=cpus,
            pass_fds=pass_fds,
        )
