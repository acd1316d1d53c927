"""L4: a thousand connections that were answered once and then say nothing: memory, and waits of others."""

from __future__ import annotations

import select
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from random import Random

from runners.experiments.lifecycle.idle_web_socket import IdleWebSocket
from runners.experiments.lifecycle.memory import memory_of
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.experiments.lifecycle.traffic import Traffic, exchanges_of, wait_until
from runners.http.client import HttpClient
from runners.launching.server import LocalServer
from runners.processes.descriptors import make_room
from runners.verify.checks import judge

IDLE = 1000
"""Connections that are idle."""
OTHERS = 4
"""Connections that ask meanwhile."""
ASKED_S = 2.0
"""How long these ask, before and meanwhile."""
SHIPPED_S = 12.0
"""How long it is watched which connections a server closes by itself."""
OPENED_BETWEEN_LOOKS = 50
"""Connections that are opened between two looks at those that are open."""
FEWEST_ASKED = 100
"""Of which a 99th percentile is told."""
LOOK_S = 0.1
"""Between two looks at all connections."""
LEAST_KEPT = IDLE // 2
"""With fewer kept there is no memory of one to tell."""


class IdleConnections:
    """Connections of one launch that were to be kept idle."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        """Of those that were answered once and kept."""
        self.refused = 0
        """No connection, or no right answer."""
        self.not_kept = 0
        """Answered, and closed with the answer."""
        self.idle_s: list[float] = []
        """How long those were idle that the server has closed, as far as ``closed`` looked often."""
        self._answered_s: dict[socket.socket, float] = {}

    def keep(self, kept: socket.socket) -> None:
        """Take a connection that has just been answered."""
        self.sockets.append(kept)
        self._answered_s[kept] = time.monotonic()

    def closed(self) -> int:
        """How many of the kept ones the server has closed until now."""
        for kept in list(_readable([*self._answered_s])):
            if _is_closed(kept):
                self.idle_s.append(time.monotonic() - self._answered_s.pop(kept))
        return len(self.idle_s)


def observe_keep_alive(subject: Subject) -> Observation:
    """Keep-alive connections, each asked for ``json`` once."""
    return _observe(subject, ("json",), web_socket=False)


def observe_web_sockets(subject: Subject) -> Observation:
    """WebSockets, each of which gave one message back."""
    return _observe(subject, ("json", "websocket"), web_socket=True)


def _observe(subject: Subject, groups: tuple[str, ...], *, web_socket: bool) -> Observation:
    """One launch with the keep-alive that hotlap gives all servers alike, one with the server's own."""
    make_room(IDLE + OTHERS)
    observation = Observation()
    with subject.start(groups) as server:
        before_us = _p99_us(subject, server)
        pss_before = memory_of(server).total
        with _open_all(subject, server, web_socket=web_socket) as idle:
            pss_with = memory_of(server).total
            with_us = _p99_us(subject, server)
            kept = len(idle.sockets) - idle.closed()
            observation.log_tail = server.log_tail() if idle.refused else ""
    observation.values |= {
        "kept": kept,
        "refused": idle.refused,
        "closed_with_answer": idle.not_kept,
        "p99_before_us": before_us,
        "p99_with_us": with_us,
    }
    grown = None if pss_before is None or pss_with is None else pss_with - pss_before
    observation.measure(
        "connection_bytes",
        None if grown is None or kept < LEAST_KEPT else grown / kept,
        "the kernel does not show it" if grown is None else f"only {kept} of {IDLE} connections were kept",
    )
    _watch_as_shipped(subject, observation, groups, web_socket=web_socket)
    return observation


def _watch_as_shipped(
    subject: Subject, observation: Observation, groups: tuple[str, ...], *, web_socket: bool
) -> None:
    with (
        subject.start(groups, as_shipped=True) as server,
        _open_all(subject, server, web_socket=web_socket) as idle,
    ):
        wait_until(lambda: idle.closed() == len(idle.sockets), SHIPPED_S, every_s=LOOK_S)
        observation.values["shipped_closed"] = idle.closed() + idle.not_kept
    observation.measure(
        "shipped_idle_s",
        statistics.median(idle.idle_s) if idle.idle_s else None,
        "it closes each with its answer" if idle.not_kept else f"open after {SHIPPED_S:g} s",
    )


def _p99_us(subject: Subject, server: LocalServer) -> float:
    """99th percentile of the answers to the other connections, microseconds."""
    with Traffic(server.host, server.port, exchanges_of(subject, ["json"]), OTHERS) as traffic:
        time.sleep(ASKED_S)
    right = [asked.latency_s for asked in traffic.asked if asked.error is None]
    if len(right) < FEWEST_ASKED:
        raise subject.error(f"only {len(right)} requests of other connections were answered", server)
    return 1e6 * statistics.quantiles(right, n=100)[-1]


@contextmanager
def _open_all(subject: Subject, server: LocalServer, *, web_socket: bool) -> Iterator[IdleConnections]:
    idle = IdleConnections()
    with ExitStack() as stack:
        for number in range(IDLE):
            if number % OPENED_BETWEEN_LOOKS == 0:
                idle.closed()
            if web_socket:
                _open_web_socket(server, idle, stack)
            else:
                _open_kept(subject, server, idle, stack)
        yield idle


def _open_kept(subject: Subject, server: LocalServer, idle: IdleConnections, stack: ExitStack) -> None:
    exchange = subject.scenarios["json"].ring(Random(0))[0]
    client = stack.enter_context(HttpClient(server.host, server.port))
    try:
        problem = judge(exchange, client.ask(exchange))
    except OSError as error:
        problem = str(error)
    if problem:
        idle.refused += 1
    elif client.kept is None:
        idle.not_kept += 1
    else:
        idle.keep(client.kept)


def _open_web_socket(server: LocalServer, idle: IdleConnections, stack: ExitStack) -> None:
    try:
        web_socket = stack.enter_context(IdleWebSocket(server.host, server.port))
        web_socket.echo("hello")
    except OSError:
        idle.refused += 1
    else:
        idle.keep(web_socket.socket)


def _readable(sockets: Sequence[socket.socket]) -> Iterator[socket.socket]:
    poll = select.poll()
    by_descriptor = {kept.fileno(): kept for kept in sockets}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    for descriptor, _ in poll.poll(0):
        yield by_descriptor[descriptor]


def _is_closed(kept: socket.socket) -> bool:
    """Whether what can be read is the end; a ping of a WebSocket is none."""
    try:
        return not kept.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


KEEP_ALIVE_PROBE = Probe(
    name="idle-connections",
    number="L4",
    observe=observe_keep_alive,
    connections=IDLE,
    seconds=10 + SHIPPED_S,
)
WEB_SOCKET_PROBE = Probe(
    name="idle-websockets",
    number="L4",
    observe=observe_web_sockets,
    families=("json", "websocket"),
    needs="websocket",
    connections=IDLE,
    seconds=10 + SHIPPED_S,
)
