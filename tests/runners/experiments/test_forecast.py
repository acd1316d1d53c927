"""What a run would be; the locks tell versions, so nothing is built."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import Load
from runners.cli import suites
from runners.environments import cache
from runners.environments.interpreters import find
from runners.environments.yardstick import Chosen
from runners.errors import PlanError
from runners.experiments import run_plan
from runners.experiments.forecast import WORKER_BYTES, Forecast, forecast
from runners.experiments.live import MEMORY_RESERVE_BYTES
from runners.experiments.options import QUICK, RunOptions, timing
from runners.experiments.progress import amount_of
from runners.machine import facts
from runners.selection import rates
from runners.selection.discovery import discover
from runners.selection.matrix import Parts, Selection
from tests.support.command_line import call

PARTS = discover()
MINUTES = {"quick": 10, "realtime": 8, "waiting": 8, "errors": 8, "data": 12}
"""The most that a suite may take by the guess of the run itself."""


ROWS = ("db-read", "db-many", "db-write", "orm-page", "orm-write", "errors")
"""Scenarios of suites; where one is not there yet, ``json`` stands for it."""
WITH_ROWS = replace(
    PARTS,
    scenarios={
        name: replace(
            PARTS.scenarios["json"], name=name, quick=False, quick_rate_rps=None, expected_rps=250.0
        )
        for name in ROWS
    }
    | {**PARTS.scenarios},
)


def ahead_of(
    parts: Parts = PARTS, *, rate: tuple[str, ...] = (), blocks: int | None = None, **selection: object
) -> Forecast:
    asked = Selection(**selection)  # type: ignore[arg-type] # of a test
    quick = timing(quick=True, blocks=blocks)
    return forecast(RunOptions(selection=asked, timing=quick, seed=0, rates=rates.parse(rate)), parts)


def test_minutes_are_those_that_the_run_begins_with() -> None:
    ahead = ahead_of(frameworks=("flask", "starlette"), scenarios=("json", "delay"))
    assert ahead.amount == amount_of(
        ahead.plan.cells,
        launches=len(ahead.plan.order[0]),
        blocks=range(8),
        setup=ahead.plan.setup,
        parts=PARTS,
    )
    assert ahead.amount.trials == len(ahead.plan.cells)
    assert any(cell.control for cell in ahead.plan.cells)


def test_what_is_left_out_has_its_reason() -> None:
    ahead = ahead_of(
        frameworks=("flask", "starlette"),
        servers=("uvicorn-pure", "gunicorn-sync"),
        scenarios=("json", "dep*"),
    )
    assert {cell.stack for cell in ahead.plan.cells if not cell.control} == {
        "flask--gunicorn-sync",
        "starlette--uvicorn-pure",
    }
    assert [(gap.framework, gap.server) for gap in ahead.no_interface] == [
        ("flask", "uvicorn-pure"),
        ("starlette", "gunicorn-sync"),
    ]
    assert "flask speaks wsgi, uvicorn-pure accepts asgi" in ahead.no_interface[0].reason
    assert {lack.cell.scenario for lack in ahead.matrix.not_applicable} == {"dependencies"}


def test_needs_are_held_against_the_lock() -> None:
    starlette = replace(PARTS.frameworks["starlette"], needs={"json": "starlette>=9999"})
    parts = replace(PARTS, frameworks={**PARTS.frameworks, "starlette": starlette})
    selection = Selection(frameworks=("starlette",), servers=("uvicorn-pure",), scenarios=("json", "orders"))
    ahead = forecast(RunOptions(selection=selection, timing=QUICK, seed=0), parts)
    assert [lack.cell.scenario for lack in ahead.unmet] == ["json"]
    assert "json needs starlette>=9999" in ahead.unmet[0].reason
    alone = RunOptions(selection=replace(selection, scenarios=("json",)), timing=QUICK, seed=0)
    with pytest.raises(PlanError, match="nothing is left"):
        forecast(alone, parts)


def test_open_loads_are_counted_whatever_the_capacity_will_be() -> None:
    shared = ahead_of(
        frameworks=("flask",), servers=("gunicorn-sync",), rate=("50%", "closed"), scenarios=("json",)
    )
    assert sorted(cell.load for cell in shared.plan.cells) == [Load.CLOSED] * 2 + [Load.OPEN] * 2


def test_short_memory_makes_more_heats(monkeypatch: pytest.MonkeyPatch) -> None:
    many = ahead_of(quick=True)
    room = 3 * WORKER_BYTES + MEMORY_RESERVE_BYTES
    monkeypatch.setattr(facts, "memory_available", lambda: room)
    few = ahead_of(quick=True)
    assert (many.live, few.live) == (12, 3)
    assert few.memory_bytes <= few.available_bytes
    assert len(few.heats) > len(many.heats)


@pytest.mark.parametrize("name", MINUTES)
def test_a_suite_takes_as_long_as_it_may(name: str, tmp_path: Path) -> None:
    options = suites.known(tmp_path)[name].options
    axes = {"scenarios": "scenario", "servers": "server", "connections": "connections"}
    asked = {axis: tuple(options.get(option, ())) for axis, option in axes.items()}
    ahead = ahead_of(WITH_ROWS, quick=True, blocks=options.get("blocks"), **asked)
    assert len({cell.server for cell in ahead.plan.cells}) >= 2
    assert ahead.amount.seconds <= 60 * MINUTES[name]


def test_the_command_prints_it_for_people_and_machines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        "list",
        "--plan",
        "-f",
        "f*",
        "-s",
        "uvicorn-pure",
        "-c",
        "json",
        "-c",
        "websocket",
        "--blocks",
        "4",
    ]
    assert call(monkeypatch, *asked) == 0
    text = capsys.readouterr().out
    assert "4 of 2 stacks" in text
    assert "2 in each of 4 blocks" in text
    assert "flask does not speak what they accept" in text
    assert call(monkeypatch, *asked, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["blocks"], data["launches"], data["live"]) == (4, 2, 2)
    assert data["no_interface"] == [
        {
            "framework": "flask",
            "server": "uvicorn-pure",
            "reason": "flask speaks wsgi, uvicorn-pure accepts asgi",
        }
    ]


def test_a_framework_is_not_applicable_to_an_interpreter_that_it_does_not_support(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = find(sys.executable, cache.root())
    old, new = (
        Chosen(interpreter=replace(own, version=version), yardstick_ms=5.0, behind=None)
        for version in ("3.11.1", "3.13.1")
    )
    monkeypatch.setattr(run_plan, "choose", lambda *_: {"3.11": old, "3.13": new})
    flask = replace(PARTS.frameworks["flask"], requires_python=">=3.12")
    parts = replace(PARTS, frameworks={**PARTS.frameworks, "flask": flask})
    ahead = ahead_of(parts, frameworks=("flask", "django"), servers=("gunicorn-sync",), scenarios=("json",))
    assert sorted(cell.slug.partition("--json")[0] for cell in ahead.plan.cells) == [
        "django--gunicorn-sync--py3.11",
        "django--gunicorn-sync--py3.11--control",
        "django--gunicorn-sync--py3.13",
        "flask--gunicorn-sync--py3.13",
    ]
    (lack,) = ahead.unmet
    assert lack.reason == "flask requires Python >=3.12, this is 3.11.1"
