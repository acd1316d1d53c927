import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from runners.http.client import ClosedWithoutAnswerError, HttpClient, MalformedAnswerError, send
from scenarios.exchange import Request

GET = Request(target="/x")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhi"
CLOSED = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


@contextmanager
def scripted(*connections: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with each connection, in turn, what its function says, then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def serve() -> None:
        for script in connections:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                script(connection)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join()
        listener.close()


def saying(*pieces: bytes, then_wait: bool = False) -> Callable[[socket.socket], None]:
    """Read a request before each piece is sent; an empty one reads and says nothing."""

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.recv(65536)
            for index in range(0, len(piece), 40):
                connection.sendall(piece[index : index + 40])
        if then_wait:
            connection.recv(65536)

    return script


def test_an_answer_is_read_whole_and_timed() -> None:
    with scripted(saying(OK)) as port:
        answer = send("127.0.0.1", port, GET)
    assert (answer.status, answer.body, answer.header("x-a")) == (200, b"hi", "b")
    assert 0 < answer.elapsed_s < 5


def test_a_connection_is_kept() -> None:
    with scripted(saying(OK, OK)) as port, HttpClient("127.0.0.1", port) as client:
        assert [client.send(GET).body for _ in range(2)] == [b"hi", b"hi"]


def test_a_connection_that_the_server_closes_is_opened_again() -> None:
    with scripted(saying(CLOSED), saying(OK)) as port, HttpClient("127.0.0.1", port) as client:
        assert [client.send(GET).status for _ in range(2)] == [200, 200]


def test_what_a_closed_connection_did_not_answer_is_sent_again_where_it_may_be() -> None:
    with scripted(saying(OK, b""), saying(OK)) as port, HttpClient("127.0.0.1", port) as client:
        assert [client.send(GET).status for _ in range(2)] == [200, 200]
    post = Request(method="POST", target="/x", body=b"x")
    with scripted(saying(OK, b"")) as port, HttpClient("127.0.0.1", port) as client:
        assert client.send(GET).status == 200
        with pytest.raises(ClosedWithoutAnswerError, match="closed without an answer"):
            client.send(post)


def test_nothing_is_sent_a_third_time() -> None:
    with scripted(saying(OK, b""), saying(b"")) as port, HttpClient("127.0.0.1", port) as client:
        assert client.send(GET).status == 200
        with pytest.raises(ClosedWithoutAnswerError):
            client.send(GET)


def test_a_body_may_be_chunked_or_end_with_the_stream() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n"
    until_end = b"HTTP/1.1 200 OK\r\n\r\nhi!"
    with scripted(saying(chunked)) as port:
        assert send("127.0.0.1", port, GET).body == b"hi!"
    with scripted(saying(until_end)) as port:
        assert send("127.0.0.1", port, GET).body == b"hi!"


def test_an_interim_answer_is_passed_over() -> None:
    with scripted(saying(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)) as port:
        assert send("127.0.0.1", port, GET).status == 200


@pytest.mark.parametrize("said", [b"hello\r\n\r\n", OK + OK, OK + b"surplus", b"HTTP/9.9 x"])
def test_what_is_not_one_answer_is_malformed(said: bytes) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)
        connection.recv(65536)

    with scripted(script) as port, pytest.raises(MalformedAnswerError):
        send("127.0.0.1", port, GET)


@pytest.mark.parametrize(
    ("said", "words"),
    [(b"", "closed without an answer"), (OK[:20], "closed within"), (OK[:-1], "closed within")],
)
def test_an_early_end_is_a_connection_error(said: bytes, words: str) -> None:
    with scripted(saying(said)) as port, pytest.raises(ConnectionError, match=words):
        send("127.0.0.1", port, GET)


@pytest.mark.parametrize("said", [b"", OK[:30]])
def test_a_server_that_hangs_meets_the_deadline(said: bytes) -> None:
    with scripted(saying(said, then_wait=True)) as port, pytest.raises(TimeoutError):
        send("127.0.0.1", port, GET, 0.1)


def test_a_server_that_drips_meets_the_deadline_too() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        connection.settimeout(0.01)
        while True:
            try:
                connection.sendall(b".")
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    with scripted(drip) as port, pytest.raises(TimeoutError):
        send("127.0.0.1", port, GET, 0.1)


def test_nobody_there_is_a_connection_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        send("127.0.0.1", port, GET)


def test_an_answer_that_comes_before_the_request_was_read_is_heard() -> None:
    def hasty(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        while connection.recv(1 << 20):
            pass

    request = Request(method="POST", target="/x", body=b"x" * (1 << 22))
    with scripted(hasty) as port:
        assert send("127.0.0.1", port, request).status == 413
