"""What ratios are at another speed of the machine, of whole runs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from report.analysis.machine_speed import SpeedRange, speed_between
from report.analysis.merging.looks import Looks
from report.analysis.merging.merge import merge_runs
from report.analysis.speed_dependence import SpeedDependence, speed_dependence
from report.analysis.summary import summarise
from report.stats.levels import Level
from report.views import merged_words, words
from results.model import Run
from tests.support.synthetic import make_run
from tests.support.synthetic_turns import make_relay

FOLLOW = {"starlette": 1.3, "litestar": 1.0, "fastapi": 0.7}
UNLIKE = make_relay(scenarios=("json",), follow=FOLLOW)
ALIKE = make_relay(scenarios=("json",))


def faster(run: Run, factor: float, seed: int = 7) -> Run:
    """``run`` on a machine that is faster by ``factor``, as a record of its own."""
    trials = tuple(
        trial
        if trial.turns is None
        else replace(
            trial,
            turns=replace(trial.turns, span_us=tuple(round(span / factor) for span in trial.turns.span_us)),
        )
        for trial in run.trials
    )
    setup = replace(run.plan.setup, seed=seed)
    plan = replace(run.plan, name="later", created_unix_s=run.plan.created_unix_s + 1e4, setup=setup)
    return replace(run, plan=plan, trials=trials)


def test_ratios_of_stacks_that_follow_unlike_depend_on_the_speed() -> None:
    found = speed_dependence(UNLIKE)
    assert found is not None
    assert found.deviation.low
    change = found.percent()
    assert change.low is not None
    assert change.high is not None
    assert change.low < change.value < change.high
    assert (
        found.of_ratio(-0.1) == found.of_ratio(0.1) == pytest.approx(0.1414 * found.deviation.value, rel=1e-3)
    )


def test_ratios_of_stacks_that_follow_alike_do_not() -> None:
    found = speed_dependence(ALIKE)
    assert found is not None
    assert found.deviation.holds(0.0)


def test_whole_windows_tell_nothing_of_it() -> None:
    assert speed_dependence(make_run(scenarios=("json",))) is None
    assert speed_between(summarise(make_run()), summarise(make_run())) is None


def test_the_speed_between_two_runs_is_that_of_all_that_both_measured() -> None:
    change = speed_between(summarise(ALIKE), summarise(faster(ALIKE, 1.2)))
    assert change == pytest.approx(math.log(1.2), abs=0.005)


def test_runs_that_are_shown_as_one_say_what_their_speeds_do_to_ratios() -> None:
    assert Looks().speed_change(make_run(), make_run()) is None
    (merged,), _ = merge_runs([UNLIKE, faster(UNLIKE, 1.2)])
    assert merged.speed_change is not None
    said = merged_words.care(merged)
    assert "The machine ran up to 20% faster in one of them than in another; for that alone ratios on" in said
    (as_fast,), _ = merge_runs([UNLIKE, faster(UNLIKE, 1.004)])
    assert "The machine ran" not in merged_words.care(as_fast)
    (alike,), _ = merge_runs([ALIKE, faster(ALIKE, 1.2)])
    assert alike.speed_change is not None
    assert alike.speed_change.of_ratio < merged.speed_change.of_ratio / 3


@pytest.mark.parametrize(
    ("low", "said"),
    [
        (0.1, "differ by 2.9% (standard deviation; 95%: 1.4 to 4.1%)."),
        (0.0, "differ by at most 4.1% (standard deviation, 95%)."),
    ],
)
def test_it_is_said_behind_what_the_machine_varied_by(low: float, said: str) -> None:
    speed = SpeedRange(low=0.9, high=1.1, turns=100)
    dependence = SpeedDependence(deviation=Level(value=0.21, low=low, high=0.3, n=8))
    assert words.machine_speed(speed, dependence).endswith(said)
    assert words.machine_speed(speed, None).endswith("100 turns).")
