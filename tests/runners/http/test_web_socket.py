from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest
import wsproto
from hypothesis import given
from hypothesis import strategies as st
from wsproto import events

from runners.generator.pump.connection import Address
from runners.generator.pump.pump import Pump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.http.client import HttpClient, MalformedAnswerError, converse
from runners.http.response import ProtocolError
from runners.http.web_socket import Echo, WebSocketClient, frames
from scenarios.exchange import Answer, Exchange, Request
from tests.support.pumping import drive_until, right
from tests.support.reference_server import echo
from tests.support.scripted_server import Peer, Script, ScriptedServer

HERE = "127.0.0.1"
Messages = tuple[str | bytes, ...]
Speak = Callable[[Peer, wsproto.WSConnection], None]
message = st.one_of(st.text(max_size=300), st.binary(max_size=300))


def exchange(*messages: str | bytes) -> Exchange:
    def check(answer: Answer) -> str | None:
        return None if answer.messages == messages else f"got {answer.messages}"

    return Exchange(request=Request(target="/ws"), messages=messages, check=check)


def open_web_socket() -> tuple[WebSocketClient, wsproto.WSConnection]:
    web_socket, server = (
        WebSocketClient(Request(target="/ws"), HERE),
        wsproto.WSConnection(wsproto.ConnectionType.SERVER),
    )
    server.receive_data(web_socket.take())
    assert isinstance(next(server.events()), events.Request)
    web_socket.feed(server.send(events.AcceptConnection()))
    assert web_socket.is_open
    return web_socket, server


def heard(server: wsproto.WSConnection, data: bytes) -> list[str | bytes]:
    server.receive_data(data)
    whole: list[str | bytes] = []
    parts: list[str | bytes] = []
    for event in server.events():
        assert isinstance(event, events.TextMessage | events.BytesMessage)
        parts.append(event.data if isinstance(event, events.TextMessage) else bytes(event.data))
        if event.message_finished:
            empty: str | bytes = "" if isinstance(event, events.TextMessage) else b""
            whole.append(empty.join(parts))  # type: ignore[arg-type] # of one kind
            parts = []
    return whole


@given(st.lists(message, max_size=6))
def test_masked_frames_are_what_a_server_hears(messages: list[str | bytes]) -> None:
    assert heard(open_web_socket()[1], frames(tuple(messages), masked=True)) == messages


@given(st.lists(message, min_size=1, max_size=6), st.lists(st.integers(1, 200), min_size=1, max_size=5))
def test_frames_in_any_pieces_are_what_was_sent(messages: list[str | bytes], cuts: list[int]) -> None:
    web_socket, _ = open_web_socket()
    wire, turn = frames(tuple(messages), masked=False), 0
    while wire:
        size = cuts[turn % len(cuts)]
        web_socket.feed(wire[:size])
        wire, turn = wire[size:], turn + 1
    assert web_socket.messages == messages


@given(message)
def test_the_frame_expected_is_the_one_that_a_server_sends(sent: str | bytes) -> None:
    event = events.TextMessage(data=sent) if isinstance(sent, str) else events.BytesMessage(data=sent)
    assert frames((sent,), masked=False) == open_web_socket()[1].send(event)


def test_a_message_in_fragments_is_put_together() -> None:
    web_socket, server = open_web_socket()
    reply = Echo(web_socket, exchange("hello"))
    assert not reply.feed(server.send(events.TextMessage(data="hel", message_finished=False)))
    assert reply.feed(server.send(events.TextMessage(data="lo")))
    assert reply.answer(0.5).messages == ("hello",)


def test_a_ping_is_answered() -> None:
    web_socket, server = open_web_socket()
    web_socket.feed(server.send(events.Ping(payload=b"x")))
    server.receive_data(web_socket.take())
    assert isinstance(next(server.events()), events.Pong)
    assert web_socket.take() == b""


@pytest.mark.parametrize("junk", [b"HTTP/1.1 garbage", b"\x00" * 40])
def test_what_is_no_handshake_is_an_error(junk: bytes) -> None:
    with pytest.raises(ProtocolError):
        WebSocketClient(Request(target="/ws"), HERE).feed(junk + b"\r\n\r\n")


def test_what_is_no_frame_is_an_error() -> None:
    web_socket, _ = open_web_socket()
    with pytest.raises(ProtocolError, match="not a WebSocket"):
        web_socket.feed(b"\xff\xff\xff")


# Under load.


def websocket(speak: Speak) -> Script:
    """Accept a WebSocket, then do what ``speak`` says."""

    def script(peer: Peer) -> None:
        request = peer.request()
        if request is None:
            return
        talk = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        talk.receive_data(request)
        list(talk.events())
        peer.send(talk.send(events.AcceptConnection()))
        speak(peer, talk)

    return script


def echoing(peer: Peer, talk: wsproto.WSConnection) -> None:
    echo(talk, lambda: peer.socket.recv(1 << 16), peer.send)


def load(
    script: Script, done: Callable[[Tally], bool], exchanges: Sequence[Exchange], *, connections: int = 1
) -> Tally:
    with ScriptedServer(script) as server:
        pump = Pump()
        for _ in range(connections):
            pump.join()
        pump.aim(Address.resolve(HERE, server.port), Ring(exchanges, f"{HERE}:{server.port}"), timeout_s=5)
        try:
            drive_until(pump, lambda: done(pump.tally))
        finally:
            pump.release()
        return pump.tally


ALL = [exchange("text é"), exchange(b"\x00\xff"), exchange("x" * 126), exchange(b"y" * 70_000)]


def test_messages_go_to_and_fro_on_one_connection() -> None:
    tally = load(websocket(echoing), lambda t: right(t) >= 100, ALL)

    assert not tally.errors
    assert tally.connections_opened == 1


def test_only_the_first_small_echo_of_a_connection_leaves_the_fast_path() -> None:
    def done(tally: Tally) -> bool:
        return right(tally) >= 100 and tally.checked_full >= 3  # a busy machine may serve two of them alone

    tally = load(websocket(echoing), done, ALL[:2], connections=3)

    assert tally.connections_opened == 3
    assert tally.checked_full == 3


@pytest.mark.parametrize(
    "wrong", [b"\x81\x05other", b"\x82\x05hello", b"\x81\x05hello\x81\x05hello"], ids=["other", "kind", "two"]
)
def test_a_wrong_echo_is_no_throughput(wrong: bytes) -> None:
    def speak(peer: Peer, _talk: wsproto.WSConnection) -> None:
        while peer.socket.recv(1 << 16):
            peer.send(wrong)

    tally = load(websocket(speak), lambda t: bool(t.errors), [exchange("hello")])

    assert not right(tally)
    assert set(tally.errors) == {"wrong-answer"}


def test_pings_between_echoes_are_answered_and_harm_nothing() -> None:
    pongs: list[bytes] = []

    def speak(peer: Peer, talk: wsproto.WSConnection) -> None:
        while data := peer.socket.recv(1 << 16):
            talk.receive_data(data)
            for event in talk.events():
                if isinstance(event, events.Pong):
                    pongs.append(bytes(event.payload))
                elif isinstance(event, events.TextMessage):
                    ping = talk.send(events.Ping(payload=b"p"))
                    peer.send(ping[:1], ping[1:] + talk.send(events.TextMessage(data=event.data)))

    tally = load(websocket(speak), lambda t: right(t) >= 10, [exchange("hello")])

    assert not tally.errors
    assert len(pongs) >= 9


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refused_handshake_is_an_error(status: int) -> None:
    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)

    tally = load(script, lambda t: bool(t.errors), [exchange("hello")])

    assert set(tally.errors) == {"protocol"}
    assert f"refuses a WebSocket: status {status}" in tally.example


def test_a_close_by_the_server_is_an_error_and_the_connection_recovers() -> None:
    def speak(peer: Peer, talk: wsproto.WSConnection) -> None:
        if peer.number:
            echoing(peer, talk)
        else:
            peer.send(talk.send(events.CloseConnection(code=1001)))

    tally = load(websocket(speak), lambda t: right(t) >= 5, [exchange("hello")])

    assert tally.errors == {"protocol": 1}
    assert "closed the WebSocket with code 1001" in tally.example


def test_a_connection_that_waits_answers_pings() -> None:
    ponged = threading.Event()

    def speak(peer: Peer, talk: wsproto.WSConnection) -> None:
        peer.socket.recv(1 << 16)
        if peer.number:
            ponged.wait(5)
            peer.send(frames(("hello",), masked=False))
        else:
            peer.send(frames(("hello",), masked=False))
            time.sleep(0.02)
            peer.send(talk.send(events.Ping(payload=b"p")))
            ponged.set() if peer.socket.recv(1 << 16)[:1] == b"\x8a" else None
        echoing(peer, talk)

    with ScriptedServer(websocket(speak)) as server:
        pump = Pump()
        pump.join()
        pump.join()
        pump.aim(Address.resolve(HERE, server.port), Ring([exchange("hello")], HERE), timeout_s=5)
        assert pump.ask_all_once(time.monotonic_ns() + 5_000_000_000)
        pump.drain(time.monotonic_ns() + 5_000_000_000)
        pump.release()

    assert ponged.is_set()
    assert not pump.tally.errors
    assert pump.tally.connections_opened == 2


# One at a time.


def test_a_conversation_ends_with_the_closing_handshake() -> None:
    with ScriptedServer(websocket(echoing)) as server:
        answer = converse(HERE, server.port, exchange("a", b"b"))
        with HttpClient(HERE, server.port) as client:
            assert client.ask(exchange("a")).messages == ("a",)
    assert (answer.status, answer.messages, answer.close_code) == (101, ("a", b"b"), 1000)


def test_a_refusal_is_an_answer() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with ScriptedServer(script) as server:
        assert converse(HERE, server.port, exchange("a")).status == 403


def test_an_end_without_a_close_is_an_error() -> None:
    def speak(peer: Peer, _talk: wsproto.WSConnection) -> None:
        peer.send(frames(("a",), masked=False))
        peer.socket.recv(1 << 16)

    with ScriptedServer(websocket(speak)) as server, pytest.raises(ConnectionError, match="closed without"):
        converse(HERE, server.port, exchange("a"))


def test_junk_is_malformed() -> None:
    def speak(peer: Peer, _talk: wsproto.WSConnection) -> None:
        peer.send(b"\xff" * 9)
        peer.socket.recv(1 << 16)

    with ScriptedServer(websocket(speak)) as server, pytest.raises(MalformedAnswerError):
        converse(HERE, server.port, exchange("a"))


def test_silence_meets_the_deadline() -> None:
    def script(_peer: Peer) -> None:
        threading.Event().wait(0.5)

    with ScriptedServer(script) as server, pytest.raises(TimeoutError):
        converse(HERE, server.port, exchange("a"), 0.1)
