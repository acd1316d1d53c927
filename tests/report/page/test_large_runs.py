"""What a page leaves out where a run is large: charts of its later workloads, and it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.page import context as page_context
from report.page.build import build
from tests.support.synthetic import make_run


@pytest.fixture(name="html")
def _html(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(page_context, "ALL_CHARTED", 40)
    monkeypatch.setattr(page_context, "CHARTED_CELLS", 20)
    run = make_run(blocks=2, troubles=False, shares=(0.5,), scenarios=("json", "params"))
    return build([run], tmp_path).read_text(encoding="utf-8")


def test_only_the_first_workloads_have_charts(html: str) -> None:
    for chart in ("which0", "serve0", "consume0"):
        assert f'id="{chart}-title"' in html
    for chart in ("which1", "serve1", "consume1"):
        assert f'id="{chart}-title"' not in html


def test_every_workload_has_its_tables(html: str) -> None:
    for table in ("ratios-1", "throughput-1", "consumption-1", "stacks-0"):
        assert f'<table id="{table}"' in html
    assert '<table id="stacks-1"' not in html


def test_what_is_left_out_is_said_in_every_section_that_leaves_something_out(html: str) -> None:
    assert html.count("This run is large: of its ") >= 4


def test_a_run_of_usual_size_has_all_charts(tmp_path: Path) -> None:
    html = build([make_run(blocks=2)], tmp_path).read_text(encoding="utf-8")
    assert "This run is large" not in html
    assert 'id="which2-title"' in html
