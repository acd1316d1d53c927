from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.conclusions import check_controls, conclude
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import summarise
from results.model import Run
from tests.support.synthetic import make_run

RUN = make_run(scenarios=("json", "params"))


def names(run: Run) -> list[str]:
    return [flag.name for flag in conclude(run).flags]


def slowed(run: Run, factor: float) -> Run:
    """The control alone became slower."""
    trials = (
        replace(trial, requests=int(trial.requests * factor)) if trial.cell.control else trial
        for trial in run.trials
    )
    return replace(run, trials=tuple(trials))


def test_a_good_run_has_no_flag() -> None:
    assert names(RUN) == []


def test_the_control_is_compared_with_what_it_copies() -> None:
    found = conclude(RUN).controls
    assert [control.cell.scenario for control in found] == ["json", "params"]
    assert all(control.ok and control.cell.control for control in found)
    assert all(control.confidence == 0.975 for control in found)
    assert not any(control.ok for control in conclude(slowed(RUN, 0.5)).controls)
    assert names(slowed(RUN, 0.5)) == ["control"]


def test_equal_controls_are_flagged_in_5_of_100_runs() -> None:
    runs = (
        make_run(
            stacks=(("fastapi", "uvicorn-standard"),), troubles=False, blocks=6, window_s=0.01, seed=seed
        )
        for seed in range(150)
    )
    wrong = sum(not all(control.ok for control in check_controls(summarise(run))) for run in runs)
    assert wrong / 150 <= 0.09  # 5%, and about two of the simulation's own standard errors


def test_a_control_that_never_met_its_original_says_nothing() -> None:
    trials = tuple(trial for trial in RUN.trials if trial.cell.control == (trial.block < 4))
    assert all(
        control.ratio is None and control.ok for control in conclude(replace(RUN, trials=trials)).controls
    )


def test_foreign_work_is_counted() -> None:
    found = conclude(RUN)
    assert (found.disturbed, found.repeated, found.n_trials) == (2, 2, len(RUN.trials))


def test_few_blocks_and_an_early_end_are_flagged() -> None:
    assert names(make_run(blocks=3, planned_blocks=8, troubles=False)) == ["few-blocks", "incomplete"]


def test_one_cpu_a_slow_interpreter_and_lost_lines_are_flagged() -> None:
    plan = RUN.plan
    slow = tuple(replace(each, optimised_build=False) for each in plan.environment.frameworks)
    plan = replace(
        plan,
        setup=replace(plan.setup, generator_cpus=plan.setup.server_cpus),
        environment=replace(plan.environment, frameworks=slow),
    )
    found = conclude(replace(RUN, plan=plan, problems=("line 7: not JSON",)))
    assert [flag.name for flag in found.flags] == ["one-cpu", "slow-interpreter", "unreadable"]
    assert found.problems == ("line 7: not JSON",)


@pytest.mark.parametrize(
    ("behind", "flagged"),
    [(None, {"slow-interpreter"}), (0.0, set()), (0.05, set()), (0.4, {"slower-interpreter"})],
)
def test_builds_are_judged_by_the_yardstick_where_there_are_several(
    behind: float | None, flagged: set[str]
) -> None:
    environment = RUN.plan.environment
    builds = tuple(replace(made, optimised_build=False, behind=behind) for made in environment.frameworks)
    plan = replace(RUN.plan, environment=replace(environment, frameworks=builds))
    found = conclude(replace(RUN, plan=plan))
    assert {flag.name for flag in found.flags} & {"slow-interpreter", "slower-interpreter"} == flagged


def test_a_run_without_trials_still_says_why() -> None:
    found = conclude(replace(RUN, trials=(), blocks=()))
    assert all(summary.gap for summary in found.summaries)
    assert all(not group.contenders for group in found.groups)
    assert found.controls == () or all(control.ratio is None for control in found.controls)


def test_the_reference_stack_is_no_choice_and_changes_no_ratio() -> None:
    run = make_run(scenarios=("json",), troubles=False)
    stack = "litestar--uvicorn-standard"
    marked = replace(run, plan=replace(run.plan, setup=replace(run.plan.setup, reference=stack)))
    plain, without = conclude(run), conclude(marked)
    assert stack not in {summary.cell.stack for summary in without.summaries}
    assert {summary.cell.stack for summary in without.reference} == {stack}
    assert plain.reference == ()
    told = {
        contender.cell.stack for group in (*without.groups, *without.stacks) for contender in group.contenders
    }
    assert stack not in told
    assert told | {stack} == {
        contender.cell.stack for group in plain.stacks for contender in group.contenders
    }
    by_cell = {summary.cell: summary for summary in plain.summaries}
    for summary in without.summaries:
        assert summary.level(THROUGHPUT) == by_cell[summary.cell].level(THROUGHPUT)
