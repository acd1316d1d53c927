"""What the page says of a run in turns, of windows beside them, and of what is neither."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from report.page.build import build, render
from report.page.context import make_context
from report.page.sections import trust, wait, which
from report.page.sections.overview import overview
from results.histogram import Latency
from results.model import Run
from tests.support.synthetic_turns import make_relay


@pytest.fixture(scope="module")
def relay() -> Run:
    return make_relay(scenarios=("json",), rates=(500.0,))


@pytest.fixture(scope="module")
def mixed() -> Run:
    return make_relay(
        scenarios=("json",), in_turns=lambda cell: cell.framework not in {"fastapi", "flask", "asgi"}
    )


def test_waiting_is_that_of_the_open_windows(relay: Run) -> None:
    section = wait.section(make_context(relay))
    assert [part.heading for part in section.parts] == ["json: open load at 500 requests/s"]
    assert section.answer.startswith("At the offered rates the median wait is ")
    assert "no interval" not in section.answer
    assert "what users wait" in section.note


def test_a_run_of_turns_alone_says_that_it_cannot_say_how_long_users_wait() -> None:
    section = wait.section(make_context(make_relay(scenarios=("json",), stacks=(
        ("starlette", "uvicorn-standard"), ("fastapi", "uvicorn-standard"),
    ))))  # fmt: skip
    assert section.answer == wait.NO_WINDOWS
    assert section.parts == ()


def test_what_others_waited_beside_turns_is_shown() -> None:
    latency = Latency()
    latency.record_ns([number * 1e6 for number in range(1, 1001)])
    run = make_relay(scenarios=("json", "params"))
    trials = (
        replace(trial, beside=latency.encode()) if trial.cell.scenario == "params" else trial
        for trial in run.trials
    )
    section = wait.section(make_context(replace(run, trials=tuple(trials))))
    (part,) = section.parts
    assert (part.heading, part.text) == ("params", wait.BESIDE_TURNS)
    assert section.answer == wait.NO_WINDOWS
    assert len(part.figures) == 1
    (table,) = part.tables
    assert all("500" in row.entries[2].text for row in table.rows)


def test_the_machine_is_told_apart_from_the_stacks(relay: Run) -> None:
    html = render(make_context(relay))
    assert "The machine itself ran at " in html
    assert "Closed load, 64 connections, 1 worker, in turns." in html


def test_turns_and_whole_windows_have_charts_and_columns_of_their_own(mixed: Run, tmp_path: Path) -> None:
    context = make_context(mixed)
    parts = which.section(context).parts
    assert [part.heading for part in parts] == [
        "json: closed load, 64 connections, 1 worker, whole windows",
        "json: closed load, 64 connections, 1 worker, in turns",
    ]
    table = overview(context)
    assert [column.label for column in table.columns[2:]] == [part.heading for part in parts]
    for row in table.rows:
        assert sum(entry.text == "measured in another way" for entry in row.entries) == 1
    assert build([mixed], tmp_path).exists()


def test_the_method_says_what_took_turns(relay: Run) -> None:
    setup = replace(relay.plan.setup, open_window_s=2.0)
    html = render(make_context(replace(relay, plan=replace(relay.plan, setup=setup))))
    assert "up to 12 live at once and take turns of 35 ms" in html
    assert "35 ms each, 0.7 s in all a launch and scenario" in html
    assert "Windows of open load" in html
    assert "the 95% interval of the stack alone, each dot one launch at that speed" in html


def test_two_blocks_have_no_interval_and_the_page_says_so() -> None:
    context = make_context(make_relay(scenarios=("json",), blocks=2))
    table = overview(context)
    assert table.caption == (
        "Throughput in requests/s with 95% intervals. Nothing is ranked. 2 blocks: too few for an interval"
    )
    assert all(entry.detail == "" for row in table.rows for entry in row.entries)
    section = trust.section(context)
    assert "its A/A control has too few blocks to say anything" in section.answer
    assert "too few blocks to say" in {
        entry.text
        for part in section.parts
        for table in part.tables
        for row in table.rows
        for entry in row.entries
    }


def test_one_framework_on_a_server_is_not_unranked_for_want_of_blocks(mixed: Run) -> None:
    first, second = which.section(make_context(mixed)).parts
    assert first.figures[0].caption == which.ALONE_CAPTION
    assert second.figures[0].caption == which.RANKED_CAPTION
