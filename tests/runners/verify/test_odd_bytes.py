from __future__ import annotations

import json

import pytest

from runners.http.conversation import Heard
from runners.verify import odd_bytes
from runners.verify.odd_bytes import CATALOGUE, HTTP2, hold_against, is_ready
from tests.support.scripted_server import ScriptedServer, serving

BY_NAME = {odd.about: odd for odd in CATALOGUE}
SEEN = json.dumps({"method": "GET", "path": "/seen", "headers": 3, "probed": ["a", "b"], "body": 11}).encode()


def answered(*statuses: int, **changes: object) -> Heard:
    bodies = [SEEN] * len(statuses)
    heads = [{"content-length": str(len(SEEN))}] * len(statuses)
    heard = Heard(statuses=list(statuses), bodies=bodies, headers=heads)
    for name, value in changes.items():
        setattr(heard, name, value)
    return heard


@pytest.mark.parametrize(
    ("about", "heard", "text"),
    [
        ("OPTIONS", answered(200), "200"),
        ("OPTIONS", answered(405, closed=True), "405, closed"),
        ("OPTIONS", Heard(), "no answer"),
        ("OPTIONS", Heard(closed=True), "closed without an answer"),
        ("OPTIONS", Heard(reset=True), "reset without an answer"),
        ("OPTIONS", answered(200, nonsense="?"), "200, not HTTP/1.1"),
        ("a body in chunks", answered(200, 200), "200 then 200: 11 bytes"),
        ("Expect: 100-continue", answered(200, interim=[100]), "100 then 200: 11 bytes"),
        ("a repeated header", answered(200), '200: ["a", "b"]'),
        ("an absolute target", answered(200), "200: /seen"),
        ("an absolute target", answered(400, bodies=[b"no"]), "400"),
        ("HEAD", answered(200, bodies=[b""]), f"200: content-length {len(SEEN)}, no body"),
        ("HEAD", answered(200), f"200: content-length {len(SEEN)}, a body"),
        ("two requests at once (pipelined)", answered(200, 200), "200 then 200: /seen, /seen"),
        ("a head that never ends, for 2 s", Heard(), "waits on"),
    ],
)
def test_what_came_back_is_said_in_a_few_words(about: str, heard: Heard, text: str) -> None:
    assert BY_NAME[about].tell(heard) == text


def test_everything_has_a_name_of_its_own_and_only_pieces_are_relied_on() -> None:
    assert len(BY_NAME) == len(CATALOGUE) >= 30
    assert {odd.about for odd in CATALOGUE if odd.must} == {
        "GET",
        "a head in two pieces",
        "a head byte by byte",
        "a body in three pieces",
    }


def test_a_server_that_lacks_what_the_load_relies_on_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = serving(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    monkeypatch.setattr(odd_bytes, "CATALOGUE", CATALOGUE[:1])
    with ScriptedServer(broken) as server:
        told = hold_against("127.0.0.1", server.port)
        assert is_ready("127.0.0.1", server.port) == "500"
    assert dict(told.answers) == {
        "GET": "500",
        HTTP2: "HTTP/1.1 500 Oh",
        "GET after all of these": "500",
    }
    assert told.broken == (
        "GET: 500, in place of 200",
        "GET after all of these: 500, in place of 200",
    )


def test_a_server_that_is_gone_is_told_and_nothing_is_sent_once_aborted() -> None:
    with ScriptedServer(serving(b"")) as server:
        pass
    told = hold_against("127.0.0.1", server.port)
    assert all(answer.startswith("not reached") for _, answer in told.answers)
    assert len(told.broken) == 5
    assert hold_against("127.0.0.1", server.port, is_aborted=lambda: True).answers == ()
