"""A responder whose waits can be written down: a paced line, then a fixed delay; a process of its own.

``python -m runners.experiments.calibration.delay_line PORT CAPACITY_RPS DELAY_S`` serves until it is killed.
"""

from __future__ import annotations

import select
import socket
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from time import monotonic_ns

from runners.experiments.calibration.responder import HOST, wait_until_answering
from runners.http.response import HEAD_END
from runners.processes.descriptors import make_room
from runners.processes.ours import environment_of_ours, python_m
from runners.processes.ports import free_port
from runners.processes.tree import ProcessTree
from scenarios.answers import GREETINGS, TEXT

MOST_CONNECTIONS = 2048
"""What the process makes room for."""
RECEIVED_BYTES = 1 << 16
"""What one read takes at most."""
ANSWERS = tuple(
    f"HTTP/1.1 200 OK\r\nContent-Type: {TEXT}\r\nContent-Length: {len(greeting)}\r\n\r\n{greeting}".encode()
    for greeting in GREETINGS
)
"""What ``plaintext`` is answered, as the contract rotates it."""
_turn = cycle(ANSWERS)


class Pace:
    """When a request is answered that was read just now: first come, first served.

    Begins are ``1 / capacity_rps`` apart at least and reckoned, not slept for, so that a process that
    wakes up late has lost nothing of its capacity; ``delay_s`` later the answer is due, however many
    others are under way.
    """

    def __init__(self, capacity_rps: float, delay_s: float) -> None:
        self._gap_ns, self._delay_ns = round(1e9 / capacity_rps), round(delay_s * 1e9)
        self._free_ns = 0

    def take(self, read_ns: int) -> int:
        """Take one request; the instant of its answer."""
        begin_ns = max(read_ns, self._free_ns)
        self._free_ns = begin_ns + self._gap_ns
        return begin_ns + self._delay_ns


class DelayLine:
    """Reads whatever comes, and answers it when its pace says so."""

    def __init__(self, listener: socket.socket, pace: Pace) -> None:
        self._listener, self._pace = listener, pace
        self._epoll = select.epoll()
        self._epoll.register(listener.fileno(), select.EPOLLIN)
        self._peers: dict[int, socket.socket] = {}
        self._due: deque[tuple[int, socket.socket]] = deque()

    def serve(self) -> None:
        """Serve for ever."""
        while True:
            self.turn()

    def turn(self) -> None:
        """Wait for what is next, a request or the time of an answer, and see to it."""
        gap_s = max(self._due[0][0] - monotonic_ns(), 0) / 1e9 if self._due else None
        # An epoll set by itself waits in whole milliseconds, a select on it in microseconds.
        select.select([self._epoll.fileno()], [], [], gap_s)
        for fd, _ in self._epoll.poll(0):
            if fd == self._listener.fileno():
                self._accept()
            else:
                self._read(self._peers[fd])
        while self._due and self._due[0][0] <= monotonic_ns():
            self._answer(self._due.popleft()[1])

    def _accept(self) -> None:
        peer, _ = self._listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peers[peer.fileno()] = peer
        self._epoll.register(peer.fileno(), select.EPOLLIN)

    def _read(self, peer: socket.socket) -> None:
        try:
            data = peer.recv(RECEIVED_BYTES)
        except ConnectionError:
            data = b""
        for _ in range(data.count(HEAD_END)):
            self._due.append((self._pace.take(monotonic_ns()), peer))
        if not data:
            del self._peers[peer.fileno()]
            peer.close()

    @staticmethod
    def _answer(peer: socket.socket) -> None:
        if peer.fileno() < 0:  # it has left meanwhile
            return
        try:
            peer.sendall(next(_turn))
        except ConnectionError:
            return  # so it has now, which is read next


@contextmanager
def delay_line(
    folder: Path, cpus: Sequence[int], *, capacity_rps: float, delay_s: float
) -> Iterator[tuple[int, int]]:
    """(port, pid) of such a server, which is up; raises LaunchError where it does not start."""
    port, log = free_port(), folder / "delay-line.log"
    argv = python_m("runners.experiments.calibration.delay_line", str(port), str(capacity_rps), str(delay_s))
    with (
        log.open("wb") as output,
        ProcessTree(argv, environment=environment_of_ours(), cwd=folder, output=output, cpus=cpus) as tree,
    ):
        wait_until_answering(tree, port, log, "the delay line")
        yield port, tree.pid


def main(port: str, capacity_rps: str, delay_s: str) -> None:
    """Listen on ``port`` and serve."""
    make_room(MOST_CONNECTIONS)
    with socket.create_server((HOST, int(port)), backlog=MOST_CONNECTIONS) as listener:
        DelayLine(listener, Pace(float(capacity_rps), float(delay_s))).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
