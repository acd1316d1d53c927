from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from report.analysis.conclusions import conclude
from report.analysis.contenders import group_contenders
from report.analysis.doubts import cells_apart, list_doubts
from report.analysis.flags import flag_trial
from report.analysis.summary import summarise
from report.page.build import render
from report.page.context import make_context
from report.views import terminal, words
from results.model import Run, Trial
from tests.support.synthetic_turns import make_relay

RUN = make_relay(scenarios=("json",), blocks=6)
ALL = {trial.cell.framework for trial in RUN.trials}


def spoilt(frameworks: Collection[str], **changes: object) -> Run:
    """``RUN`` whose trials of ``frameworks`` have ``changes``."""
    trials = (
        replace(trial, **changes) if trial.cell.framework in frameworks else trial  # type: ignore[arg-type]
        for trial in RUN.trials
    )
    return replace(RUN, trials=tuple(trials))


def marked(run: Run) -> set[str]:
    return {
        contender.cell.framework
        for group in group_contenders(summarise(run))
        for contender in group.contenders
        if contender.mark
    }


def names(trial: Trial) -> list[str]:
    return [flag.name for flag in flag_trial(trial)]


def test_a_quiet_relay_has_no_doubt() -> None:
    assert list_doubts(summarise(RUN)) == ()
    assert marked(RUN) == set()


def test_what_all_have_is_said_once_and_marks_nobody() -> None:
    run = spoilt(ALL, throttled_periods=1)
    (doubt,) = list_doubts(summarise(run))
    assert doubt.shared
    assert (doubt.trials, doubt.of_trials) == (len(RUN.trials), len(RUN.trials))
    assert marked(run) == set()
    assert cells_apart(summarise(run)) == frozenset()
    (line,) = words.doubts([doubt])
    assert line.startswith(f"throttled CPU: {len(RUN.trials)} of {len(RUN.trials)} trials, all alike: levels")


def test_who_differs_is_marked() -> None:
    run = spoilt({"litestar"}, throttled_periods=1)
    (doubt,) = list_doubts(summarise(run))
    assert not doubt.shared
    assert marked(run) == {"litestar"}
    assert {cell.framework for cell in cells_apart(summarise(run))} == {"litestar"}
    text = terminal.as_text(run, Path(), None)
    assert (
        "\n† throttled CPU: 12 of 72 trials, of litestar--uvicorn-standard and litestar--granian-asgi: "
        in text
    )
    assert "starlette is fastest. Next is litestar† at" in text


def test_one_kind_that_all_have_hides_no_other() -> None:
    run = spoilt({"litestar"}, errors={"timeout": 1})
    run = replace(run, trials=tuple(replace(trial, throttled_periods=1) for trial in run.trials))
    assert marked(run) == {"litestar"}
    assert [doubt.flag.name for doubt in list_doubts(summarise(run))] == ["throttled", "errors"]


def test_a_terminal_has_five_lines_of_flags_at_most() -> None:
    run = spoilt(
        ALL,
        throttled_periods=1,
        processes_changed=True,
        errors={"timeout": 1},
        stale=1,
        connections_opened=10**6,
        generator_idle_s=0.0,
    )
    lines = words.doubts(conclude(run).doubts)
    assert len(lines) == 5
    assert lines[-1].startswith("† stale connections and new connections: the report says")
    assert sum(line in lines for line in terminal.as_text(run, Path(), None).splitlines()) == 5


def test_a_control_that_differs_from_itself_is_said_within_the_five() -> None:
    run = spoilt(
        ALL,
        throttled_periods=1,
        processes_changed=True,
        errors={"timeout": 1},
        stale=1,
        connections_opened=10**6,
    )
    run = replace(run, trials=tuple(
        replace(trial, turns=replace(trial.turns, span_us=tuple(2 * span for span in trial.turns.span_us)))
        if trial.turns and trial.cell.control else trial for trial in run.trials
    ))  # fmt: skip
    conclusions = conclude(run)
    lines = words.doubts(conclusions.doubts, conclusions.flags)
    assert len(lines) == 5
    assert lines[0].startswith(
        "A/A control: the same stack measured twice differs from itself: differences of"
    )


def test_the_page_says_of_each_flag_what_it_means() -> None:
    html = render(make_context(spoilt(ALL, throttled_periods=1)))
    assert "all alike, so nobody is marked" in html
    assert "levels are lower than the machine can do" in html
    assert "† marks" not in html


@pytest.mark.parametrize(
    "changes",
    [
        {"in_flight_mean": 1.0},
        {"quarters": (100, 200, 300, 400)},
        {"busy_ticks": 10**6},
        {"requests": 10},
    ],
    ids=str,
)
def test_what_is_no_fault_of_turns_is_not_held_against_them(changes: dict[str, object]) -> None:
    leg = replace(RUN.trials[0], **changes)  # type: ignore[arg-type] # passed on by name
    assert names(leg) == []
    assert names(replace(leg, turns=None)) != []


def with_turns(change: Callable[[Trial], dict[str, object]]) -> Trial:
    trial = RUN.trials[0]
    assert trial.turns is not None
    return replace(trial, turns=replace(trial.turns, **change(trial)))  # type: ignore[arg-type] # by name


def rested_us(trial: Trial) -> int:
    assert trial.turns is not None
    return trial.turns.begun_us[-1] - trial.turns.begun_us[0] - sum(trial.turns.span_us[:-1])


def test_a_server_that_works_while_it_rests_is_flagged() -> None:
    busy = with_turns(lambda trial: {"rest_cpu_us": round(0.011 * rested_us(trial))})
    quiet = with_turns(lambda trial: {"rest_cpu_us": round(0.009 * rested_us(trial))})
    assert (names(busy), names(quiet)) == (["resting"], [])
    assert names(with_turns(lambda _: {"rest_cpu_us": None})) == []


def test_turns_that_were_dropped_are_flagged_beside_a_server_that_was_busy_at_rest() -> None:
    dropped = with_turns(lambda trial: {"dropped": 1, "rest_cpu_us": rested_us(trial)})
    assert sorted(names(dropped)) == ["resting", "turns-dropped"]
