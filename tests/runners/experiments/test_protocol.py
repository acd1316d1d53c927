"""Real servers held against odd bytes: what is printed, and what is relied on."""

from __future__ import annotations

import json

import pytest

from results.model import PROTOCOL, Failure, FailureStage, Finding
from runners.cli import protocol_tables
from runners.experiments.protocol import ServersTold
from tests.support.command_line import call
from tests.support.json_outputs import must_conform


@pytest.mark.servers
def test_servers_are_told_apart_by_what_they_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    servers = ("uvicorn-pure", "granian-wsgi-as-shipped", "gunicorn-sync", "granian-rsgi")
    chosen = [word for name in servers for word in ("--server", name)]
    assert call(monkeypatch, "verify", "--protocol", "--json", *chosen) == 0
    printed = capsys.readouterr().out
    must_conform("verify-protocol", printed)
    told = json.loads(printed)
    assert sorted(told["servers"]) == sorted(servers)
    answers = {row["sent"]: row["answers"] for row in told["sent"]}
    assert all(set(by_server) == set(servers) for by_server in answers.values())
    for about, right in (("a head byte by byte", "200: /seen"), ("a body in three pieces", "200: 11 bytes")):
        assert {text.replace(", closed", "") for text in answers[about].values()} == {right}
    assert answers["GET"]["gunicorn-sync"] == "200, closed: /seen"
    assert answers["two lengths that differ"]["uvicorn-pure"].startswith("400")
    assert answers["HTTP/2 with prior knowledge"]["granian-wsgi-as-shipped"] == "HTTP/2 200"
    assert answers["a repeated header"]["granian-rsgi"] == '200: ["a", "b"]'
    assert answers["a repeated header"]["gunicorn-sync"] == '200, closed: ["a,b"]'


def test_answers_are_shown_with_whose_they_are() -> None:
    said = {
        "a": {"x": "200", "y": "200", "z": "200"},
        "b": {"x": "400, closed", "y": "200", "z": "200"},
        "c": {"x": "200", "y": "404", "z": "400"},
    }
    findings = tuple(
        Finding(framework="asgi", server=server, scenario=PROTOCOL, probe=about, answer=answer)
        for about, answers in said.items()
        for server, answer in answers.items()
    )
    failure = Failure(
        stack="protocol--x", cell=None, block=None, stage=FailureStage.VERIFY, message="no pieces"
    )
    told = ServersTold(findings=findings, failures=(failure,))
    lines = [" ".join(line.split()) for line in protocol_tables.as_text(told).splitlines()]
    assert lines[2:8] == ["a 200 all", "b 200 the 2 others", "400, closed x", "c 200 x", "404 y", "400 z"]
    assert any("FAILED protocol--x (verify): no pieces" in line for line in lines)
    assert lines[-1] == "3 servers, 1 failures"
    must_conform("verify-protocol", protocol_tables.as_json(told))
