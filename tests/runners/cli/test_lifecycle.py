"""``hotlap lifecycle``: what it refuses, and real servers looked at by every probe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from results.model import PlanKind
from results.store import read
from runners.experiments.lifecycle import idle_connections, reload
from tests.support.command_line import call
from tests.support.json_outputs import must_conform

FEW = 30
"""Idle connections that are enough to see what becomes of one."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def looked_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, dict[str, Any]]:
    """What the command printed of each probe."""
    assert call(monkeypatch, "lifecycle", *arguments, "--launches", "1", "--json") == 0
    printed = capsys.readouterr().out
    must_conform("lifecycle", printed)
    return {cell["probe"]: cell for cell in json.loads(printed)["cells"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--probe", "coldstart"), "nearest: cold-start"),
        (("--framework", "flask", "--probe", "openapi"), "makes no OpenAPI document"),
        (("--framework", "flask", "--server", "uvicorn*"), "impossible stack"),
    ],
)
def test_what_makes_no_sense_begins_nothing(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, "lifecycle", *arguments) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.servers
def test_start_capabilities_document_and_hooks_of_a_framework(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    probes = ("cold-start", "capabilities", "openapi", "lifespan")
    options = [word for probe in probes for word in ("--probe", probe)]
    seen = looked_at(monkeypatch, capsys, "-f", "fastapi", "-s", "granian-asgi", *options)
    assert seen.keys() == {*probes}
    start = {name: level["value"] for name, level in seen["cold-start"]["values"].items()}
    assert start["import_s"] > 0
    assert 0 < start["first_answer_s"] < 20
    assert start["modules"] > 100
    assert start["worker_pss_bytes"] > 2**20
    answers = seen["capabilities"]["answers"]
    handshakes = {
        "keep-alive",
        "chunked request",
        "websocket",
        "start hook",
        "http/2",
        "stream before its end",
    }
    assert answers == dict.fromkeys(handshakes, "yes")
    document = seen["openapi"]["answers"]
    assert document["valid"] == "yes"
    assert document["pages"] == "/docs 200, /redoc 200"
    hooks = seen["lifespan"]["answers"]
    assert hooks["start hook"] == hooks["stop hook"] == "once per worker"
    assert hooks["before the first answer"] == hooks["state in handlers"] == "yes"
    (folder,) = (tmp_path / "results").iterdir()
    assert read(folder).plan.kind == PlanKind.LIFECYCLE
    assert call(monkeypatch, "report", str(folder)) == 0
    assert 'id="live-cold-start"' in (folder / "report" / "index.html").read_text(encoding="utf-8")


@pytest.mark.servers
def test_hooks_of_other_apps_and_documents_that_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frameworks = ("-f", "asgi", "-f", "starlette", "-f", "fastapi", "-f", "litestar")
    probes = ("--probe", "lifespan", "--probe", "openapi")
    stacks = (*frameworks, "-s", "uvicorn-standard", *probes, "--launches", "1", "--json")
    assert call(monkeypatch, "lifecycle", *stacks) == 0
    data = json.loads(capsys.readouterr().out)
    hooks = [cell["answers"] for cell in data["cells"] if cell["probe"] == "lifespan"]
    assert len(hooks) == 4
    for answers in hooks:
        assert answers["start hook"] == answers["stop hook"] == "once per worker"
        assert answers["before the first answer"] == answers["state in handlers"] == "yes"
    documents = [cell["answers"] for cell in data["cells"] if cell["probe"] == "openapi"]
    assert [answers["valid"] for answers in documents] == ["yes", "yes"]
    assert sorted(data["openapi_frameworks"]) == ["fastapi", "litestar"]
    assert data["openapi_differences"] == []
    assert len(data["not_applicable"]) == 2


@pytest.mark.servers
def test_stop_reload_soak_and_idle_connections(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (
        ("IDLE", FEW),
        ("LEAST_KEPT", FEW),
        ("ASKED_S", 0.2),
        ("FEWEST_ASKED", 2),
        ("SHIPPED_S", 0.3),
    ):
        monkeypatch.setattr(idle_connections, name, value)
    monkeypatch.setattr(reload, "AROUND_S", 0.2)
    probes = ("graceful-shutdown", "reload", "soak", "idle-*")
    options = [word for probe in probes for word in ("--probe", probe)]
    stack = ("-f", "starlette", "-s", "gunicorn-uvicorn")
    seen = looked_at(monkeypatch, capsys, *stack, *options, "--soak-s", "2")
    values = {
        probe: {name: level["value"] for name, level in cell["values"].items()}
        for probe, cell in seen.items()
    }
    stop = values["graceful-shutdown"]
    assert stop["in_flight"] > 0
    assert stop["in_flight_lost"] <= stop["in_flight"]
    assert 0 < stop["exit_s"] < 40
    assert values["reload"]["requests"] > 0
    assert values["reload"]["all_new_s"] > 0
    assert values["soak"]["requests"] > 0
    assert values["soak"]["errors"] == 0
    assert {"pss_slope_bytes_per_s", "descriptors_slope_per_s"} <= values["soak"].keys()
    for probe in ("idle-connections", "idle-websockets"):
        assert values[probe]["kept"] == FEW
        assert values[probe]["refused"] == 0
        assert "connection_bytes" in values[probe]
        assert seen[probe]["absent"] == {"shipped_idle_s": "open after 0.3 s"}
