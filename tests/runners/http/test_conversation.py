from __future__ import annotations

import h11
import pytest

from runners.http import conversation
from runners.http.conversation import Heard, Step, ask_http2, converse
from tests.support.scripted_server import Peer, Script, ScriptedServer

GET = h11.Request(method="GET", target="/a", headers=[("Host", "x")])
SENT = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhi"
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
REFUSED = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "LINGER_S", 0.3)


def saying(*pieces: bytes, waiting: bool = False) -> Script:
    """Read something before each piece is sent; then close, or wait until the client does."""

    def script(peer: Peer) -> None:
        for piece in pieces:
            peer.socket.recv(65536)
            peer.send(piece)
        while waiting and peer.socket.recv(65536):
            pass

    return script


def heard(script: Script, *steps: Step) -> Heard:
    with ScriptedServer(script) as server:
        return converse("127.0.0.1", server.port, steps or (Step(pieces=(SENT,), answering=(GET,)),))


def test_an_answer_is_told_with_its_head_and_body() -> None:
    told = heard(saying(OK, waiting=True))
    assert (told.statuses, told.bodies) == ([200], [b"hi"])
    assert told.headers[0]["x-a"] == "b"
    assert not told.closed


def test_answers_to_requests_sent_at_once_are_told_in_their_order() -> None:
    told = heard(saying(OK + MISSING), Step(pieces=(SENT + SENT,), answering=(GET, GET)))
    assert told.statuses == [200, 404]
    assert told.closed


def test_an_interim_answer_ends_a_step_that_waits_for_it() -> None:
    begun, rest = Step(pieces=(SENT[:9],), answering=(GET,), interim=True), Step(pieces=(SENT[9:],))
    told = heard(saying(CONTINUE, OK), begun, rest)
    assert (told.interim, told.statuses) == ([100], [200])


def test_steps_end_where_the_server_ends_the_connection() -> None:
    told = heard(saying(REFUSED), *[Step(pieces=(SENT,), answering=(GET,))] * 3)
    assert (told.statuses, told.closed) == ([400], True)


def test_a_slow_piece_is_not_sent_to_who_has_answered_already() -> None:
    step = Step(pieces=(SENT[:9], SENT[9:]), answering=(GET,), pause_s=30.0)
    assert heard(saying(REFUSED), step).statuses == [400]


@pytest.mark.parametrize(
    ("said", "statuses", "closed", "nonsense"),
    [
        (b"", [], True, False),
        (b"hello\r\n\r\n", [], False, True),
        (OK[:-1], [200], True, False),
        (OK + REFUSED, [200, 400], True, False),
    ],
)
def test_what_is_no_answer_is_told_as_well(
    said: bytes, statuses: list[int], *, closed: bool, nonsense: bool
) -> None:
    told = heard(saying(said))
    assert told.statuses == statuses
    assert bool(told.nonsense) == nonsense
    assert told.closed == closed or nonsense


def test_silence_is_waited_for_no_longer_than_a_step_says() -> None:
    told = heard(saying(b"", waiting=True), Step(pieces=(SENT,), answering=(GET,), wait_s=0.05))
    assert told == Heard()


def test_nobody_there_is_an_error() -> None:
    with ScriptedServer(saying()) as server:
        pass
    with pytest.raises(ConnectionRefusedError):
        converse("127.0.0.1", server.port, ())


SETTINGS = bytes.fromhex("000000040000000000")
STATUS_200 = bytes.fromhex("000001010500000001") + b"\x88"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (REFUSED, "HTTP/1.1 400 Bad Request"),
        (SETTINGS + STATUS_200, "HTTP/2 200"),
        (b"", "closed"),
        (bytes.fromhex("000001040000000000") + b"x", "not HTTP/2: "),
    ],
)
def test_http2_is_answered_by_who_knows_it(said: bytes, answer: str) -> None:
    with ScriptedServer(saying(said)) as server:
        assert ask_http2("127.0.0.1", server.port, "/").startswith(answer)
