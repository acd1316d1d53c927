from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runners.errors import LaunchError
from runners.experiments.calibration import delay_line as module
from runners.experiments.calibration.delay_line import ANSWERS, DelayLine, Pace, delay_line
from runners.http.client import send
from scenarios.catalogue import named
from scenarios.exchange import Request

REQUEST = b"GET /plaintext HTTP/1.1\r\nHost: h\r\n\r\n"


def test_answers_follow_each_other_at_the_pace_and_each_after_the_delay() -> None:
    pace = Pace(1000, 0.1)
    ms = 1_000_000

    assert [pace.take(0), pace.take(0), pace.take(ms // 2)] == [100 * ms, 101 * ms, 102 * ms]
    assert pace.take(50 * ms) == 150 * ms  # nobody was before it


@contextmanager
def serving(line: DelayLine) -> Iterator[None]:
    done = threading.Event()

    def turns() -> None:
        while not done.is_set():
            line.turn()

    thread = threading.Thread(target=turns, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        socket.create_connection(line._listener.getsockname()).close()  # one more turn, to see the end
        thread.join()
        for peer in line._peers.values():
            peer.close()


def test_many_at_once_each_get_the_answer_and_one_that_leaves_harms_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = DelayLine(listener, Pace(1000, 0.01))
        with serving(line):
            peers = [socket.create_connection(listener.getsockname()) for _ in range(5)]
            for peer in peers:
                peer.sendall(REQUEST)
            peers.pop().close()
            for peer in peers:
                peer.settimeout(5)
                assert peer.recv(1 << 16) in ANSWERS
                peer.close()


def test_the_process_answers_plaintext_rightly(tmp_path: Path) -> None:
    (timed,) = named("plaintext").ring(None)  # type: ignore[arg-type] # it has no random input
    with delay_line(tmp_path, (), capacity_rps=1000, delay_s=0.02) as (port, pid):
        answer = send("127.0.0.1", port, Request(target="/plaintext"))
        assert Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-4:-1] == [
            str(port).encode(),
            b"1000",
            b"0.02",
        ]
    assert timed.check(answer) is None
    assert answer.elapsed_s >= 0.02


def test_one_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "python_m", lambda *_: ["/bin/false"])

    with (
        pytest.raises(LaunchError, match="the delay line did not answer"),
        delay_line(tmp_path, (), capacity_rps=1000, delay_s=0.02),
    ):
        pass
