"""Calling an app without a server: through the script and its pipes, under a valgrind that is none."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from results.model import Interface
from runners.errors import CostError
from runners.experiments.counting import callgrind
from runners.experiments.counting.cost_cell import CostCell, LaunchResult
from runners.experiments.counting.in_process import count_in_process
from runners.experiments.counting.launch_counts import LaunchCounts, count
from scenarios.answers import json_answer
from scenarios.exchange import Answer, Exchange, Request, Scenario
from tests.support.fake_valgrind import cost_cell, fake_valgrind
from tests.support.small_matrix import scenario

ECHO = {"method": "POST", "path": "/a b", "query": "x=%20", "body": "käse", "header": "v", "length": "5"}
"""What an app says of the request below; its lifespan ran before."""


def ring(_random: Random) -> tuple[Exchange, ...]:
    request = Request(
        method="POST",
        target="/a%20b?x=%20",
        headers=(("X-Given", "v"),),
        body="käse".encode(),
    )
    return (Exchange(request=request, check=json_answer(ECHO)),)


ASGI = """
    import json

    started = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            assert (await receive())["type"] == "lifespan.startup"
            started.append(True)
            await send({"type": "lifespan.startup.complete"})
            assert (await receive())["type"] == "lifespan.shutdown"
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = dict(scope["headers"])
        message = await receive()
        said = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode(),
            "body": message["body"].decode(),
            "header": headers[b"x-given"].decode(),
            "length": headers[b"content-length"].decode(),
        }
        assert started and not message["more_body"]
        body = json.dumps(said).encode()
        sent = [(b"Content-Type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:]})
"""
WSGI = """
    import asyncio, json

    def app(environ, start_response):
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise AssertionError("a WSGI app is called where no event loop runs")
        said = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "query": environ["QUERY_STRING"],
            "body": environ["wsgi.input"].read().decode(),
            "header": environ["HTTP_X_GIVEN"],
            "length": environ["CONTENT_LENGTH"],
        }
        body = json.dumps(said).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
"""
RSGI = """
    import json

    async def app(scope, protocol):
        said = {
            "method": scope.method,
            "path": scope.path,
            "query": scope.query_string,
            "body": (await protocol()).decode(),
            "header": scope.headers["x-given"],
            "length": scope.headers["content-length"],
        }
        body = json.dumps(said)
        headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
        protocol.response_str(200, headers, body)
"""
PLAIN = (
    ASGI.partition("async def app")[0]
    + """
    async def app(scope, receive, send):
        assert scope["type"] == "http", "no lifespan here"
        for _ in range(100):
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two", "more_body": True})
        await send({"type": "http.response.body"})
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
"""
)
COUNTS = "[1000, 12000]"


def launch(folder: Path, counted: CostCell, asked: Scenario) -> LaunchResult[LaunchCounts]:
    return count_in_process(
        counted,
        scenario=asked,
        tool=callgrind.find(),
        cpu=0,
        folder=folder / "run",
        is_aborted=lambda: False,
        measure=count,
    )


@pytest.mark.parametrize(
    ("interface", "source"),
    [
        (Interface.ASGI, ASGI),
        (Interface.ASGI, ASGI + "        raise KeyError('behind a whole answer')\n"),
        (Interface.WSGI, WSGI),
        (Interface.RSGI, RSGI),
    ],
    ids=["asgi", "asgi that raises behind its answer", "wsgi", "rsgi"],
)
def test_an_app_is_called_as_a_server_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interface: Interface, source: str
) -> None:
    fake_valgrind(tmp_path, monkeypatch, COUNTS)
    launched = launch(tmp_path, cost_cell(tmp_path, source, interface=interface), scenario("json", ring=ring))
    counted = launched.result
    assert [each.instructions for each in counted.intervals] == [12_000] * 3
    assert {each.requests for each in counted.intervals} == {120}
    assert counted.idle is None
    assert launched.target == "apps.small_app:app"
    assert launched.argv == ("python", "dispatch.py", interface, "apps.small_app:app")


def test_an_app_without_lifespan_and_with_pieces_is_seen_as_over_the_wire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Answer] = []

    def streamed(_random: Random) -> tuple[Exchange, ...]:
        return (Exchange(request=Request(target="/"), check=seen.append),)

    fake_valgrind(tmp_path, monkeypatch, COUNTS)
    launch(tmp_path, cost_cell(tmp_path, PLAIN), scenario("json", ring=streamed))
    assert {(answer.body, answer.pieces, answer.header("transfer-encoding")) for answer in seen} == {
        (b"onetwo", 2, "chunked")
    }
    assert len(seen) == 1 + 900 + 20 + 3 * 120


BAD = {
    "raise RuntimeError('broken at import')": ("ended", "broken at import"),
    ASGI.replace('"path": scope["path"]', '"path": "wrong"'): ("wanted.*wrong|wrong.*wanted", ""),
    ASGI.replace("message = await receive()", "raise KeyError('in the handler')"): (
        "ended",
        "in the handler",
    ),
    ASGI.replace('"lifespan.startup.complete"', '"lifespan.startup.failed", "message": "no database"'): (
        "ended",
        "no database",
    ),
}


@pytest.mark.parametrize("source", BAD)
def test_a_bad_app_is_an_error_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    message, log = BAD[source]
    fake_valgrind(tmp_path, monkeypatch, COUNTS)
    with pytest.raises(CostError, match=message) as caught:
        launch(tmp_path, cost_cell(tmp_path, source), scenario("json", ring=ring))
    assert log in caught.value.log_tail
    assert str(tmp_path / "run") not in caught.value.log_tail


def test_an_interruption_does_not_wait_for_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_valgrind(tmp_path, monkeypatch, COUNTS)
    with pytest.raises(CostError, match="interrupted"):
        count_in_process(
            cost_cell(tmp_path, "import time; time.sleep(600)"),
            scenario=scenario("json", ring=ring),
            tool=callgrind.find(),
            cpu=0,
            folder=tmp_path / "run",
            is_aborted=lambda: True,
            measure=count,
        )
