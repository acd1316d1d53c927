"""Runs become one where the facts of their records allow it, and say why where they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from report.analysis.conclusions import conclude
from report.analysis.merging.merge import merge_runs
from results.model import Failure, FailureStage, Run
from tests.support.sessions import make_session
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

MONDAY = make_session("monday", "asgi", "fastapi", seed=1)
TUESDAY = make_session("tuesday", "asgi", "litestar", seed=2)


def reasons(*runs: Run) -> str:
    merged, apart = merge_runs(runs)
    assert len(merged) == len(apart) + 1
    return " ".join(apart)


def test_sessions_of_a_framework_each_are_one_run_that_their_floor_joins() -> None:
    (merged,), apart = merge_runs([TUESDAY, MONDAY])
    assert apart == ()
    assert merged.run.plan.name == "monday + tuesday"
    assert [(source.name, source.first_block, source.blocks) for source in merged.sources] == [
        ("monday", 0, 6),
        ("tuesday", 6, 6),
    ]
    assert len(merged.run.trials) == len(MONDAY.trials) + len(TUESDAY.trials)
    (group,) = conclude(merged.run).groups
    assert [contender.cell.framework for contender in group.contenders] == ["litestar", "fastapi"]
    ratio = group.contenders[1].ratio
    assert ratio.low is not None
    assert ratio.high is not None
    truth = (75 + 75) / (130 + 75)  # CPU of a request: framework and server, tests/support/synthetic_plan.py
    assert ratio.low < truth < ratio.high
    assert ratio.n == 0  # they were never in one heat
    assert [contender.tier for contender in group.contenders] == [1, 2]


def test_levels_and_ratios_of_one_run_stay_what_they_were() -> None:
    (merged,), _ = merge_runs([MONDAY, TUESDAY])
    alone, together = (
        {contender.cell.framework: contender.ratio.value for contender in conclude(run).groups[0].floors}
        for run in (TUESDAY, merged.run)
    )
    assert together["asgi"] == pytest.approx(alone["asgi"], rel=0.02)


def test_repeated_cells_add_up() -> None:
    again = make_session("again", "asgi", "fastapi", seed=3)
    (merged,), _ = merge_runs([MONDAY, again])
    (group,) = conclude(merged.run).groups
    assert group.n_blocks == 12
    assert merged.agreement.ratios == 1
    assert merged.run.plan.setup.blocks == 12
    assert len({launch.id for launch in merged.run.launches}) == len(merged.run.launches)


def test_a_third_run_may_join_two_that_share_nothing() -> None:
    alone = make_session("alone", "litestar", seed=2)
    joining = make_session("joining", "asgi", "litestar", seed=3)
    assert "no stack was measured in both" in reasons(MONDAY, alone)
    (merged,), _ = merge_runs([MONDAY, alone, joining])
    assert [source.name for source in merged.sources] == ["monday", "joining", "alone"]


def test_runs_that_were_asked_something_else_are_one_and_compare_nothing() -> None:
    orders = make_session("orders", "litestar", seed=2, scenarios=("orders",))
    (merged,), _ = merge_runs([MONDAY, orders])
    assert [group.scenario for group in conclude(merged.run).groups] == ["json", "orders"]
    assert merged.agreement.ratios == 0


def test_without_a_common_stack_they_are_apart() -> None:
    other = make_session("other", "litestar", seed=2)
    assert reasons(MONDAY, other) == (
        "other is not shown as one with monday: in json on uvicorn-standard no stack was measured in both; "
        "measure one stack in both, such as the floor of each server, and they are one"
    )


def with_machine(run: Run, **changes: Any) -> Run:  # noqa: ANN401 - passed on by name
    environment = run.plan.environment
    machine = replace(environment.machine, **changes)
    return replace(run, plan=replace(run.plan, environment=replace(environment, machine=machine)))


def with_harness(run: Run, **versions: str) -> Run:
    environment = run.plan.environment
    changed = replace(environment, harness={**environment.harness, **versions})
    return replace(run, plan=replace(run.plan, environment=changed))


def with_packages(run: Run, name: str, **changes: Any) -> Run:  # noqa: ANN401 - passed on by name
    environment = run.plan.environment
    frameworks = tuple(
        replace(own, **changes) if own.framework == name else own for own in environment.frameworks
    )
    return replace(run, plan=replace(run.plan, environment=replace(environment, frameworks=frameworks)))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (with_machine(TUESDAY, cpu_model="another"), "the machine cpu_model is another in the one"),
        (with_machine(TUESDAY, kernel="7.0"), "the machine kernel is 7.0 in the one"),
        (
            with_harness(TUESDAY, hotlap="0.2.0"),
            "the version hotlap is 0.2.0 in the one and 0.1.0 in the other",
        ),
        (with_packages(TUESDAY, "asgi", key="other"), "the packages of asgi are others"),
        (with_packages(TUESDAY, "litestar", python="3.13.0"), "litestar ran on Python 3.13.0"),
        (
            replace(TUESDAY, plan=replace(TUESDAY.plan, setup=replace(TUESDAY.plan.setup, threads=4))),
            "the setting threads is 4 in the one and 40 in the other",
        ),
        (make_run(stacks=(("asgi", "uvicorn-standard"),), scenarios=("json",)), "the setting turn_s is"),
        (replace(MONDAY, plan=replace(MONDAY.plan, name="copy")), "it is the same record"),
        (make_cost_run(), "only runs that time load are merged"),
        (
            make_session("noisy", "asgi", "litestar", seed=2, speed_spread=1.2),
            "how stacks compare depends on that",
        ),
    ],
)
def test_why_runs_are_apart(other: Run, reason: str) -> None:
    assert reason in reasons(MONDAY, other)


def test_what_differs_between_two_starts_of_one_machine_keeps_none_apart() -> None:
    assert reasons(MONDAY, with_machine(TUESDAY, memory_bytes=8 * 2**30 - 4096)) == ""


def test_failures_and_problems_keep_their_places() -> None:
    failure = Failure(
        stack="litestar--x", cell=None, block=1, stage=FailureStage.LAUNCH, message="no", launch=2
    )
    broken = replace(TUESDAY, failures=(failure,), problems=("line 7: torn",))
    (merged,), _ = merge_runs([MONDAY, broken])
    (kept,) = merged.run.failures
    assert kept.block == 7
    assert kept.launch == len(MONDAY.launches) + 2
    assert merged.run.problems == ("tuesday: line 7: torn",)


def test_of_many_runs_the_name_is_that_of_the_first() -> None:
    sessions = [make_session(f"run{seed}", "asgi", seed=seed) for seed in range(1, 6)]
    (merged,), _ = merge_runs(sessions)
    assert merged.run.plan.name == "run1 + 4 more"
