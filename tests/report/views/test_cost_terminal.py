"""Counts on a terminal: the same facts as text and as JSON, gaps with their reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from report.analysis.flames import FlameGraph
from report.views.cost_terminal import as_json, as_text
from results.model import Run
from tests.support.json_outputs import must_conform
from tests.support.made_profiles import sampled_run
from tests.support.synthetic_costs import make_cost_run

FOLDER = Path("results/2026-11-23-cost")


@pytest.fixture(scope="module")
def run() -> Run:
    return make_cost_run()


@pytest.fixture(scope="module")
def text(run: Run) -> str:
    return as_text(run, FOLDER)


@pytest.fixture(scope="module")
def data(run: Run) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(as_json(run, FOLDER))
    return loaded


def line(text: str, *parts: str) -> str:
    return next(each for each in text.splitlines() if all(part in each for part in parts))


def test_a_row_has_level_in_process_layer_and_spread(text: str) -> None:
    row = line(text, "fastapi--uvicorn-standard")
    assert row.count(" to ") == 3
    assert " Starlette " in row
    assert row.endswith("2")
    assert "%" in row
    assert "the floor" in line(text, "asgi--uvicorn-standard")


def test_gaps_are_told_in_words(text: str) -> None:
    assert "the floor was not counted here" in text
    assert line(text, "rsgi--in-process").count("not applicable: RSGI needs") == 1
    assert line(text, "FAILED", "django--gunicorn-gthread").endswith("intervals 2.1% apart, twice")
    assert line(text, "validation (orders over orders-raw)", "Django on gunicorn-gthread").endswith(
        "apart, twice"
    )


def test_it_says_what_is_not_counted_and_where_the_record_is(run: Run, text: str) -> None:
    assert "time spent waiting are not counted" in text.replace("\n", " ")
    assert text.endswith(f"{len(run.costs)} counts of 72 cells in {FOLDER}")
    assert "where it goes, " in text


def test_json_has_a_value_or_a_reason_for_every_cell(data: dict[str, Any]) -> None:
    assert len(data["cells"]) == 72
    for each in data["cells"]:
        level = each["instructions_per_request"]
        assert (level is None) == bool(each.get("reason"))
    assert data["failures"][0]["stage"] == "cost"


def test_json_layers_name_what_they_stand_on(data: dict[str, Any]) -> None:
    steps = next(each for each in data["layers"] if each["server"] == "uvicorn-standard")["steps"]
    assert steps[0]["over"] is None
    assert steps[2]["over"] == steps[1]["slug"]
    assert steps[2]["instructions_per_request"]["value"] == pytest.approx(190_000, rel=0.02)


def test_problems_of_the_record_are_told(run: Run) -> None:
    torn = replace(run, problems=("line 7: not JSON",))
    assert "RECORD line 7: not JSON" in as_text(torn, FOLDER)
    assert json.loads(as_json(torn, FOLDER))["problems"] == ["line 7: not JSON"]


def test_the_same_record_gives_the_same_bytes(run: Run, text: str) -> None:
    assert as_text(make_cost_run(), FOLDER) == text
    assert as_json(run, FOLDER) == as_json(make_cost_run(), FOLDER)


def test_flame_graphs_are_named_with_what_they_are_of() -> None:
    sampled = sampled_run()
    graph = FlameGraph(cell="a--b", file="results/flame-a--b.html", samples=1000, requests=3600)
    text = as_text(sampled, FOLDER, [graph])
    assert "flame graph, a--b: results/flame-a--b.html" in text
    assert "by layer of 1,000 samples: framework 43.0%, server 25.0%" in text
    written = as_json(sampled, FOLDER, [graph])
    must_conform("cost", written)
    loaded = json.loads(written)
    assert loaded["flame_graphs"][0]["file"] == graph.file
    assert [shares.get("samples") for shares in loaded["shares"]] == [None, 1000, 1000]
