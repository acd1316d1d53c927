"""A process tree as the harness sees it: started under the supervisor, watched, ended for certain."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from runners.errors import LaunchError
from runners.processes import supervisor

SUPERVISOR = Path(supervisor.__file__)
REPORT_S = 10.0
"""How long the supervisor may take to fork; it needs about 20 ms."""
STOP_S = 10.0
"""How long the kernel may take to end a killed tree; it needs a few ms."""


class User(NamedTuple):
    """Who a command runs as."""

    uid: int
    gid: int


class ProcessTree:
    """One command under ``supervisor.py``; ``stop``, or the end of its ``with``, kills the whole tree."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        output: IO[bytes],
        cpus: Sequence[int] = (),
        cgroup_home: str | None = None,
        pass_fds: Sequence[int] = (),
        user: User | None = None,
        farewell: signal.Signals | None = None,
    ) -> None:
        """Start ``argv``, its output into the file ``output``; raises LaunchError when it cannot be forked.

        ``cgroup_home`` is where a cgroup of its own may be made; ``pass_fds`` stay open in the command, which
        runs as ``user`` (None: as we do). ``stop`` begins with the signal ``farewell`` where there is one.
        """
        self.pid = 0
        try:
            report, reported = os.pipe()
        except OSError as error:
            raise _not_forked(argv, error) from error
        try:
            self._process = subprocess.Popen(
                [*_supervisor(reported, cpus, cgroup_home), *_ending(user, farewell), "--", *argv],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=cwd,
                pass_fds=(reported, *pass_fds),
                start_new_session=True,
            )
        except OSError as error:
            os.close(report)
            raise _not_forked(argv, error) from error
        finally:
            os.close(reported)
        try:
            self.pid, self.begun_ns, self.cgroup = self._read(report)
        finally:
            os.close(report)

    def _read(self, report: int) -> tuple[int, int, str | None]:
        """Pid of the command, monotonic ns just before its fork, its cgroup if it has one."""
        ready, _, _ = select.select([report], [], [], REPORT_S)
        line = os.read(report, 4096).decode() if ready else ""
        if not line.endswith("\n"):
            self.stop()
            raise LaunchError(
                f"the supervisor did not start (exit status {self._process.returncode})",
                remedy=f"run {Path(sys.executable).name} -S -E {SUPERVISOR.name} -- true by hand",
            )
        pid, begun_ns, cgroup = line.strip().split(" ", 2)
        return int(pid), int(begun_ns), None if cgroup == "-" else cgroup

    def exit_status(self) -> int | None:
        """None while the command runs, else its exit status (128 + signal when one ended it)."""
        return self._process.poll()

    def wait(self) -> int:
        """Exit status of the command, once it has ended by itself or was stopped from another thread."""
        return self._process.wait()

    def stop(self) -> None:
        """SIGKILL the whole tree and wait until it is gone; raises LaunchError when the kernel keeps it."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired as error:
            raise LaunchError(
                f"processes of the tree of pid {self.pid} are still there {STOP_S:.0f} s after SIGKILL",
                remedy="look for processes in state D (uninterruptible), and end them by hand",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _not_forked(argv: Sequence[str], error: OSError) -> LaunchError:
    return LaunchError(
        f"{Path(argv[0]).name} cannot be started: {error.strerror}",
        remedy="raise the limit that it meets (`ulimit -a`: open files, processes, memory), or make room",
    )


def _supervisor(reported: int, cpus: Sequence[int], cgroup_home: str | None) -> list[str]:
    command = [sys.executable, "-S", "-E", "-P", str(SUPERVISOR), "--report", str(reported)]
    if cpus:
        command += ["--cpus", ",".join(map(str, cpus))]
    if cgroup_home:
        command += ["--cgroup", cgroup_home]
    return command


def _ending(user: User | None, farewell: signal.Signals | None) -> list[str]:
    command = [] if user is None else ["--user", f"{user.uid}:{user.gid}"]
    return command if farewell is None else [*command, "--farewell", str(int(farewell))]


def tail(log: Path, lines: int, *, at_most: int = 16_384) -> str:
    """Last ``lines`` lines of ``log``, as text whatever is in it; empty when there is no such file."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - at_most))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
