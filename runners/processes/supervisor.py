"""Ends a process tree for certain: a script that starts one command and lets none of its descendants live on.

``python -S -E supervisor.py [--cpus 0,1] [--cgroup DIR] [--report FD] [--lifeline FD] [--user UID:GID]
[--farewell SIGNAL] -- ARGV...``

While the lifeline (stdin unless named) is open, the command runs. At its end-of-file, which the kernel
delivers even when the harness is killed, and on SIGTERM, SIGINT or SIGHUP, every descendant gets SIGKILL
until none is left. Being a subreaper, this process inherits those that leave their parents or sessions.
When the command ends by itself, what it left behind is killed and its exit status (128 + signal) returned.
A command with ``--farewell`` gets that signal first, and a moment to put away what the kernel would keep.

``--report`` receives one line: pid of the command, monotonic ns just before it was forked, and the cgroup
made for it or ``-``. Standard library only, and nothing that is slow to import.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
STOPS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
NOT_EXECUTABLE = 127
"""Exit status of a command that cannot be executed, as shells have it."""
SIGNALLED = 128
"""Added to the number of the signal that ended a command, as shells do."""
FAREWELL_S = 3.0
"""How long a command may take to end by itself after its farewell."""


def descendants(root: int) -> list[int]:
    """Pids of all descendants of ``root``, zombies included, parents before their children."""
    listed = os.path.exists(f"/proc/self/task/{os.getpid()}/children")
    children = _children_listed if listed else _children_scanned()
    pids = [root]
    for pid in pids:  # grows as it goes
        pids += children(pid)
    return pids[1:]


def _children_listed(pid: int) -> list[int]:
    """Children of every thread of ``pid``: a child is listed by the thread that forked it."""
    children: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                children += map(int, file.read().split())
    return children


def _children_scanned() -> Callable[[int], list[int]]:
    """Finds children in all of ``/proc``, for kernels without ``CONFIG_PROC_CHILDREN``."""
    parents: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
            parents.setdefault(int(file.read().rpartition(b")")[2].split()[1]), []).append(int(name))
    return lambda pid: parents.get(pid, [])


def main(arguments: list[str]) -> int:
    """Run the command of ``arguments`` under supervision; its exit status, 0 when it was told to stop."""
    split = arguments.index("--")
    options = dict(zip(arguments[:split:2], arguments[1:split:2], strict=True))
    lifeline = int(options.get("--lifeline", "0"))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if os.getsid(0) != os.getpid():
        os.setsid()
    wake = _wake_on((signal.SIGCHLD, *STOPS))
    home = options.get("--cgroup")
    leaf = _enter_leaf(home) if home else None
    try:
        begun_ns = time.monotonic_ns()
        child = _fork(arguments[split + 1 :], _cpus(options.get("--cpus")), lifeline, options.get("--user"))
        if home and leaf:
            _enter(home)
        if report := options.get("--report"):
            os.write(int(report), f"{child} {begun_ns} {leaf or '-'}\n".encode())
            os.close(int(report))
        status = _watch(child, lifeline, wake)
        if status is None and (farewell := options.get("--farewell")):
            _say_farewell(child, int(farewell), wake)
        return status or 0
    finally:
        end_all()
        if leaf:
            with suppress(OSError):
                os.rmdir(leaf)


def end_all() -> None:
    """SIGKILL every descendant of this process until none is left, and reap them."""
    while True:
        for pid in descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _cpus(text: str | None) -> set[int]:
    return {int(cpu) for cpu in text.split(",")} if text else set()


def _wake_on(signals: Iterable[signal.Signals]) -> int:
    """A pipe from which each of ``signals`` that arrives can be read as one byte."""
    wake, written = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(written)
    for number in signals:
        signal.signal(number, lambda *_: None)
    return wake


def _enter_leaf(home: str) -> str | None:
    """Move into a new cgroup, for the command to be forked in; None where the kernel does not let us."""
    leaf = os.path.join(home, f"hotlap-{os.getpid()}")
    try:
        os.mkdir(leaf)
        _enter(leaf)
    except OSError:
        with suppress(OSError):
            os.rmdir(leaf)
        return None
    return leaf


def _enter(cgroup: str) -> None:
    with open(os.path.join(cgroup, "cgroup.procs"), "w", encoding="ascii") as file:
        file.write("0")


def _fork(argv: list[str], cpus: set[int], lifeline: int, user: str | None) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _become(argv, cpus, lifeline, user)
    except OSError as error:
        os.write(2, f"cannot start {argv[0]}: {error}\n".encode())
    os._exit(NOT_EXECUTABLE)


def _become(argv: list[str], cpus: set[int], lifeline: int, user: str | None) -> None:
    """In the forked child: session, CPUs, descriptors, signals and user of the command, then exec."""
    os.setsid()
    if cpus:
        os.sched_setaffinity(0, cpus)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if lifeline == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    else:
        os.close(lifeline)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and exec hands that on
        signal.signal(number, signal.SIG_DFL)
    if user:
        uid, gid = map(int, user.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.execvp(argv[0], argv)  # noqa: S606 - an argument list, never a shell


def _say_farewell(child: int, number: int, wake: int) -> None:
    """Send signal ``number`` to ``child``, and wait for its end, but not for long."""
    with suppress(ProcessLookupError):
        os.kill(child, number)
    until = time.monotonic() + FAREWELL_S
    while _reap(child) is None and (left := until - time.monotonic()) > 0:
        if select.select([wake], [], [], left)[0]:
            os.read(wake, 512)


def _watch(child: int, lifeline: int, wake: int) -> int | None:
    """Exit status of ``child`` at its end, or None at the order to stop; reaps orphans meanwhile."""
    poll = select.poll()
    for descriptor in (lifeline, wake):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll()]
        if wake in ready and STOPS.intersection(os.read(wake, 512)):
            return None
        if lifeline in ready and not os.read(lifeline, 4096):
            return None
        status = _reap(child)
        if status is not None:
            return status


def _reap(child: int) -> int | None:
    """Reap whatever has ended; the exit status of ``child`` where it is among them."""
    status = None
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            if ended[0] == child:
                status = os.waitstatus_to_exitcode(ended[1])
    return status if status is None or status >= 0 else SIGNALLED - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
