"""What is HTTP/2, and what is no document of OpenAPI."""

from __future__ import annotations

import pytest

from runners.experiments.lifecycle.capabilities import PREFACE, speaks_http2
from runners.experiments.lifecycle.openapi import validity
from tests.support.scripted_server import Peer, ScriptedServer

SETTINGS = b"\0\0\0\4\0\0\0\0\0"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((SETTINGS[:4], SETTINGS[4:]), "yes"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "no: answered 'HTTP/1.1 400 Bad Request'"),
        ((), "no: the connection is closed"),
    ],
)
def test_http2_is_a_preface_that_is_answered_with_settings(reply: tuple[bytes, ...], said: str) -> None:
    def serve(peer: Peer) -> None:
        received = b""
        while len(received) < len(PREFACE):
            received += peer.socket.recv(4096)
        assert received == PREFACE
        peer.send(*reply)

    with ScriptedServer(serve) as server:
        assert speaks_http2("127.0.0.1", server.port) == said


def test_a_document_is_valid_or_its_errors_are_named() -> None:
    head = {"openapi": "3.1.0", "info": {"title": "it", "version": "1"}}
    assert validity({**head, "paths": {}}) == "yes"
    assert "'info' is a required property" in validity({"openapi": "3.1.0", "paths": {}})
    assert validity({"swagger": "2.0"}) == "no: version '' is not known"
