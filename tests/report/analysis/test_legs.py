"""What a run says of cells that were measured in turns, and of those beside them that were not."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from report.analysis.conclusions import conclude
from report.analysis.contenders import Group, group_contenders
from report.analysis.frames import build_frames
from report.analysis.metrics import CPU, MEDIAN, MEMORY, P99, THROUGHPUT
from report.analysis.precision import widest_ratio_percent
from report.analysis.summary import summarise
from report.analysis.workload import cells_in_turns
from report.views import terminal
from results.model import Cell, Load, Run, Trial
from tests.support.synthetic import make_run
from tests.support.synthetic_turns import make_relay, using

RUN = make_relay(scenarios=("json",))


def on_uvicorn(run: Run) -> Group:
    return next(group for group in group_contenders(summarise(run)) if group.server == "uvicorn-standard")


def test_ratios_are_narrow_though_the_machine_is_not() -> None:
    found = on_uvicorn(RUN)
    assert [contender.cell.framework for contender in found.contenders] == [
        "starlette",
        "litestar",
        "fastapi",
    ]
    assert [contender.tier for contender in found.contenders] == [1, 2, 3]
    assert all((contender.ratio.half_width_percent or 0) < 5 for contender in found.contenders)
    assert found.workload.in_turns
    assert (found.separable_percent or 100) < 5


def test_levels_are_of_the_stack_alone_and_the_machine_is_told_once() -> None:
    conclusions = conclude(RUN)
    for summary in conclusions.summaries:
        for metric in (THROUGHPUT, CPU):
            level = summary.level(metric)
            assert level is not None
            assert 0 < (level.half_width_percent or 100) < 6
        spread = np.std(np.log(list(summary.by_block(THROUGHPUT).values())))
        assert spread > 0.05  # the blocks themselves were as different as the machine
        dots = summary.metric_summaries[THROUGHPUT.name].dots
        assert len(dots) == 8
        assert np.std(np.log(dots)) < spread / 2
    assert conclusions.speed is not None
    assert conclusions.speed.turns == 8 * 12 * 20
    assert 0.5 < conclusions.speed.low < 0.85
    assert 1.2 < conclusions.speed.high < 2


def test_levels_are_at_the_mean_speed_of_the_run() -> None:
    of_run = {summary.cell: summary for summary in summarise(RUN)}
    for cell, summary in of_run.items():
        legs = [trial for trial in RUN.trials if trial.cell == cell]
        mean = np.mean([math.log(leg.requests / leg.window_s) for leg in legs])
        level = summary.level(THROUGHPUT)
        assert level is not None
        assert math.log(level.value) == pytest.approx(mean, abs=0.1)


def test_memory_is_that_of_any_trial_and_latency_is_not_told() -> None:
    for summary in summarise(RUN):
        assert summary.level(MEMORY)
        for metric in (MEDIAN, P99):
            assert summary.level(metric) is None
            assert summary.reason(metric) == "latency does not come from turns: see the open load"
        assert summary.curve_q == ()


def test_a_row_says_what_lived_together_and_its_value_at_mean_speed() -> None:
    frame = build_frames(RUN).trials
    assert set(frame["turns"]) == {20}
    assert set(frame["live"]) == {12}
    raw = frame["requests"] / frame["window_s"]
    assert (frame["throughput_rps"] / raw).tolist() == pytest.approx([1.0] * len(frame), abs=0.5)
    assert (frame["throughput_rps_variance"] > 0).all()
    assert (build_frames(make_run(blocks=1)).trials["throughput_rps_variance"] == 0).all()


def test_a_stack_that_left_a_heat_and_one_that_missed_blocks_keep_what_they_have() -> None:
    def left(run: Run) -> Run:
        trials = (
            replace(
                trial,
                turns=replace(
                    trial.turns,
                    begun_us=trial.turns.begun_us[:4],
                    span_us=trial.turns.span_us[:4],
                    requests=trial.turns.requests[:4],
                    cpu_us=trial.turns.cpu_us[:4],
                ),
            )
            if trial.turns and trial.block == 2 and trial.cell.framework == "litestar"
            else trial
            for trial in run.trials
            if trial.block not in {5, 6} or trial.cell.framework != "fastapi"
        )
        return replace(run, trials=tuple(trials))

    whole, found = (on_uvicorn(run).contenders for run in (RUN, left(RUN)))
    assert [contender.cell for contender in found] == [contender.cell for contender in whole]
    assert [contender.ratio.value for contender in found] == [
        pytest.approx(contender.ratio.value, rel=0.03) for contender in whole
    ]
    assert found[2].ratio.n == 6


def test_heats_of_some_stacks_are_compared_through_who_was_in_both() -> None:
    found = on_uvicorn(make_relay(scenarios=("json",), heat=6, blocks=12))
    assert [contender.tier for contender in found.contenders] == [1, 2, 3]
    assert found.contenders[1].ratio.n < 12
    assert found.contenders[1].ratio.value == pytest.approx(0.8, abs=0.06)


def test_stacks_that_lived_alone_are_compared_within_blocks() -> None:
    run = make_relay(scenarios=("json",), heat=1, blocks=12, speed_spread=0.05)
    found = on_uvicorn(run)
    assert [contender.tier for contender in found.contenders] == [1, 2, 3]
    assert found.contenders[1].ratio.n == 12
    assert found.contenders[1].ratio.low is not None
    assert conclude(run).speed is not None


def mixed_run() -> Run:
    return make_relay(scenarios=("json",), in_turns=lambda cell: cell.framework not in {"fastapi", "asgi"})


def test_turns_are_never_compared_with_whole_windows() -> None:
    run = mixed_run()
    groups = [group for group in group_contenders(summarise(run)) if group.server == "uvicorn-standard"]
    assert [(group.workload.in_turns, len(group.contenders)) for group in groups] == [(False, 1), (True, 2)]
    for kind in ("frameworks", "stacks"):
        for group in group_contenders(summarise(run), kind=kind):
            in_turns = {contender.cell in cells_in_turns(run) for contender in group.contenders}
            assert len(in_turns) <= 1


def test_a_cell_without_trials_stands_where_the_others_are_that_were_asked_the_same() -> None:
    gone = replace(RUN, trials=tuple(trial for trial in RUN.trials if trial.cell.framework != "flask"))
    assert all(summary.in_turns for summary in summarise(gone))
    assert not cells_in_turns(replace(RUN, trials=()))


def test_a_trial_that_was_measured_in_another_way_than_its_cell_is_left_out_and_named() -> None:
    first = RUN.trials[0]
    frames = build_frames(replace(RUN, trials=(replace(first, turns=None), *RUN.trials[1:])))
    assert len(frames.trials) == len(RUN.trials) - 1
    assert "measured in another way" in frames.problems[0]


def test_one_to_three_blocks_show_no_interval() -> None:
    for blocks in (1, 2, 3):
        run = make_relay(scenarios=("json",), blocks=blocks)
        for summary in summarise(run):
            assert all(
                metric.level is None or metric.level.low is None
                for metric in summary.metric_summaries.values()
            )
        for group in group_contenders(summarise(run)):
            assert all(contender.ratio.low is None for contender in group.contenders)
        assert widest_ratio_percent(run) is None


def test_the_widest_ratio_is_told_of_any_run() -> None:
    widest = widest_ratio_percent(RUN)
    assert widest is not None
    assert widest == max(
        contender.ratio.half_width_percent or 0
        for group in group_contenders(summarise(RUN))
        for contender in group.contenders
    )
    assert widest_ratio_percent(replace(RUN, trials=())) is None


def test_the_terminal_says_how_it_was_measured_and_shows_no_latency_of_turns() -> None:
    text = terminal.as_text(RUN, Path(), None)
    assert "json: closed load, 64 connections, 1 worker, in turns" in text
    assert "json on uvicorn-standard, 64 connections, in turns: starlette is fastest." in text
    assert "p99" not in text
    assert "The machine itself ran at " in text
    assert "10th to 90th percentile of 1,920 turns" in text
    data = json.loads(terminal.as_json(RUN, Path(), None))
    assert data["machine_speed"]["turns"] == 1_920
    assert 0 < data["machine_speed"]["low"] < 1 < data["machine_speed"]["high"]


def test_cpu_of_a_server_that_waits_is_not_compared_though_all_were_crowded() -> None:
    def crowded(trial: Trial) -> Trial:
        return using(trial, 0.2 if trial.cell.framework == "litestar" else 0.35)

    run = replace(RUN, trials=tuple(map(crowded, RUN.trials)))
    for summary in summarise(run):
        waits = summary.cell.framework == "litestar"
        assert (summary.level(CPU) is None) is waits
        assert ("as busy as others in turn" in summary.reason(CPU)) is waits


def test_few_blocks_are_said_once() -> None:
    text = terminal.as_text(make_relay(scenarios=("json",), blocks=2), Path(), None)
    assert text.count("2 blocks: too few for an interval.") == 1
    assert "[" not in text


def test_open_windows_of_a_run_of_turns_are_whole() -> None:
    run = make_relay(scenarios=("json",), rates=(500.0,))
    ways: dict[Load, set[bool]] = {}
    for summary in summarise(run):
        ways.setdefault(summary.cell.load, set()).add(summary.in_turns)
    assert ways == {Load.CLOSED: {True}, Load.OPEN: {False}}

    def is_open(cell: Cell) -> bool:
        return cell.load == Load.OPEN

    assert all(summary.level(MEDIAN) for summary in summarise(run) if is_open(summary.cell))
