"""A server in a process of its own that stops for D every T, so that its percentiles can be computed.

``python -m tests.support.stalling_server D_S T_S`` prints its port and serves until it is killed.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.paths import ROOT
from tests.support.scripted_server import answer

FIRST = 0.75
"""Share of the first period after which it stops; a window that begins sooner cuts no stop in two."""


@contextmanager
def stalling(stop_s: float, every_s: float) -> Iterator[int]:
    """Start such a server; gives its port."""
    argv = [sys.executable, "-m", "tests.support.stalling_server", str(stop_s), str(every_s)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def main(stop_s: float, every_s: float) -> None:
    """Answer whatever comes, except when stopped."""
    whole = answer()
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    stop_at_s = time.monotonic() + FIRST * every_s
    while True:
        for key, _ in selector.select(max(stop_at_s - time.monotonic(), 0)):
            peer = key.fileobj
            assert isinstance(peer, socket.socket)
            if peer is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ)
            elif peer.recv(1 << 16):
                peer.sendall(whole)
            else:
                selector.unregister(peer)
                peer.close()
        now_s = time.monotonic()
        if now_s >= stop_at_s:
            time.sleep(max(stop_at_s + stop_s - now_s, 0))
            stop_at_s += every_s


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
