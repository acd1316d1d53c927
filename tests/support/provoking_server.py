"""A server in processes of its own that has one fault, so that a pattern can be provoked with real numbers.

``python -m tests.support.provoking_server FAULT`` prints its port and serves until it is killed.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.scripted_server import answer

KEPT_MOST = 400
STOP_EVERY, STOP_S = 10, 0.03
"""A quota stops the server after so many answers, for so long."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a server; nothing by default."""

    workers: int = 1
    at_most: tuple[int, ...] = ()
    """Connections that each worker takes; empty: all."""
    work_s: float = 0.0
    """CPU time of an answer."""
    work_a_connection_s: float = 0.0
    """CPU time of an answer for each connection that is open."""
    sleep_s: float = 0.0
    """Before an answer."""
    in_two_parts: bool = False
    """Whether head and body are sent one after the other, without TCP_NODELAY."""
    closes_after: int = 0
    """Answers after which a connection is closed; 0: it is kept."""
    keeps_bytes: int = 0
    """Of every request, until ``kept_most`` were kept."""
    kept_most: int = KEPT_MOST
    quota: str = ""
    """Folder of a cgroup as the kernel would write it, that stops the server now and then; empty: none."""


@contextmanager
def faulty(fault: Fault) -> Iterator[tuple[int, int]]:
    """Start such a server; gives its port and the pid of its tree's root."""
    argv = [sys.executable, "-m", "tests.support.provoking_server", json.dumps(asdict(fault))]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), process.pid
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@dataclass
class Worker:
    """One process that serves."""

    fault: Fault
    number: int
    listener: socket.socket
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    answered: dict[socket.socket, int] = field(default_factory=dict)
    kept: list[bytes] = field(default_factory=list)
    answers: int = 0

    def serve(self) -> None:
        """Serve for ever."""
        if not self.fault.at_most or self.fault.at_most[self.number]:
            self.selector.register(self.listener, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.accept()
                else:
                    assert isinstance(key.fileobj, socket.socket)
                    self.take(key.fileobj)

    def accept(self) -> None:
        with suppress(BlockingIOError):  # another worker was faster
            peer, _ = self.listener.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, not self.fault.in_two_parts)
            self.answered[peer] = 0
            self.selector.register(peer, selectors.EVENT_READ)
        if self.fault.at_most and len(self.answered) >= self.fault.at_most[self.number]:
            self.selector.unregister(self.listener)

    def take(self, peer: socket.socket) -> None:
        with suppress(OSError):
            if peer.recv(1 << 16):
                self.reply(peer)
                self.answered[peer] += 1
                if self.answered[peer] != self.fault.closes_after:
                    return
        self.selector.unregister(peer)
        del self.answered[peer]
        peer.close()

    def reply(self, peer: socket.socket) -> None:
        fault, whole = self.fault, answer()
        if fault.keeps_bytes and len(self.kept) < fault.kept_most:
            self.kept.append(os.urandom(fault.keeps_bytes))
        until_s = time.process_time() + fault.work_s + fault.work_a_connection_s * len(self.answered)
        while time.process_time() < until_s:
            pass
        if fault.sleep_s:
            time.sleep(fault.sleep_s)
        for part in whole.partition(b"\r\n\r\n") if fault.in_two_parts else (whole,):
            peer.sendall(part)
        self.answers += 1
        if fault.quota and self.answers % STOP_EVERY == 0:
            time.sleep(STOP_S)
            write_quota(fault.quota, self.answers // STOP_EVERY)


def write_quota(folder: str, stopped: int) -> None:
    """Write the files of a cgroup whose quota has stopped this process so many times."""
    used_us = round(time.process_time() * 1e6)
    texts = {
        "cpu.stat": f"usage_usec {used_us}\nnr_periods {stopped + 1}\nnr_throttled {stopped}\n",
        "cgroup.procs": f"{os.getpid()}\n",
    }
    for name, text in texts.items():
        new = Path(folder, f"{name}.new")
        new.write_text(text, encoding="ascii")
        new.replace(Path(folder, name))


def main(fault: Fault) -> None:
    """Listen, tell the port, and serve in as many processes as there are workers."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    listener.setblocking(False)  # noqa: FBT003 - of the standard library
    if fault.quota:
        write_quota(fault.quota, 0)
    for number in range(1, fault.workers):
        if os.fork() == 0:
            Worker(fault, number, listener).serve()
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    Worker(fault, 0, listener).serve()


if __name__ == "__main__":
    main(Fault(**json.loads(sys.argv[1])))
