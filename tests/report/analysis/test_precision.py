from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from report.analysis.conclusions import conclude
from report.analysis.precision import assess_precision, undecided_cells
from report.analysis.summary import summarise
from report.page.build import build
from report.stats import levels
from report.views.terminal import as_json, as_text
from results.model import FIRST_LOOK, Run
from runners.errors import PlanError
from runners.experiments.options import MOST_BLOCKS, RunOptions, Timing, timing
from runners.experiments.progress import Watcher
from runners.experiments.run_plan import plan_of
from runners.selection.discovery import discover
from runners.selection.matrix import Selection
from tests.support.made_precision import run_until_precise
from tests.support.synthetic import make_run

SERVER = "uvicorn-standard"
STACKS = tuple((framework, SERVER) for framework in ("starlette", "litestar", "fastapi"))
COST_US = {f"starlette--{SERVER}": 100.0, f"litestar--{SERVER}": 101.0, f"fastapi--{SERVER}": 300.0}


def asked(percent: float, **changes: object) -> Run:
    given = {"stacks": STACKS, "scenarios": ("json",), "cost_us": COST_US, "troubles": False, **changes}
    run = make_run(**given)
    setup = replace(run.plan.setup, precision_percent=percent, blocks=MOST_BLOCKS)
    return replace(run, plan=replace(run.plan, setup=setup))


def widened(run: Run, framework: str) -> Run:
    """Every other trial of ``framework`` is twice as fast."""
    trials = (
        replace(trial, requests=trial.requests * (1 + trial.block % 2))
        if trial.cell.framework == framework and not trial.cell.control
        else trial
        for trial in run.trials
    )
    return replace(run, trials=tuple(trials))


def frameworks(run: Run) -> set[tuple[str, bool]]:
    return {(cell.framework, cell.control) for cell in undecided_cells(run)}


def test_a_run_that_was_not_asked_decides_nothing() -> None:
    run = make_run()
    assert assess_precision(run) is None
    assert undecided_cells(run) == frozenset()


def test_the_best_those_like_it_and_the_imprecise_go_on_together_with_their_controls() -> None:
    run = widened(asked(5.0, launch_noise=0.005, trial_noise=0.005), "fastapi")
    assert frameworks(run) == {
        ("starlette", False),
        ("litestar", False),
        ("litestar", True),
        ("fastapi", False),
    }
    found = assess_precision(run)
    assert found is not None
    assert not found.reached
    assert [cell.framework for cell, half in found.wide if half and half > 5] == ["fastapi"]
    assert found.sentence.startswith(
        "1 ratio is not within ±5% after 8 blocks; the widest, fastapi on uvicorn"
    )


def test_who_is_precise_and_told_from_the_best_stops() -> None:
    run = asked(0.5, launch_noise=0.005, trial_noise=0.005)
    run = replace(run, trials=tuple(
        replace(trial, requests=trial.requests // 3) if trial.cell.framework == "fastapi" else trial
        for trial in widened(run, "litestar").trials
    ))  # fmt: skip
    percent = assess_precision(run)
    assert percent is not None
    level = {cell.framework: half for cell, half in percent.wide}
    looser = replace(run.plan.setup, precision_percent=(level["fastapi"] or 0) + 0.1)
    run = replace(run, plan=replace(run.plan, setup=looser))
    assert ("fastapi", False) not in frameworks(run)
    assert ("litestar", False) in frameworks(run)


def test_a_precise_run_is_done_but_not_before_the_first_look() -> None:
    run = asked(50.0)
    found = assess_precision(run)
    assert found is not None
    assert (found.reached, found.undecided) == (True, frozenset())
    assert found.sentence == "Every ratio is within ±50% after 8 blocks."
    early = asked(50.0, blocks=FIRST_LOOK - 1)
    found = assess_precision(early)
    assert found is not None
    assert not found.reached
    assert found.sentence == "Nothing can be said about ±50% after 7 blocks: 8 are needed."
    assert "incomplete" in {flag.name for flag in conclude(early).flags}


def test_stacks_are_held_against_each_other_where_there_is_one_framework() -> None:
    run = asked(0.1, stacks=(("starlette", SERVER), ("starlette", "granian-asgi")), control=False)
    assert {cell.server for cell in undecided_cells(run)} == {SERVER, "granian-asgi"}


def test_open_load_is_precise_in_its_median_latency() -> None:
    run = asked(0.1, rates=(500.0,), closed=False, control=False)
    assert {cell.load for cell in undecided_cells(run)} == {"open"}


def test_blocks_that_were_used_up_are_flagged_and_said() -> None:
    run = asked(0.1)
    run = replace(run, plan=replace(run.plan, setup=replace(run.plan.setup, blocks=FIRST_LOOK)))
    assert "imprecise" in {flag.name for flag in conclude(run).flags}
    assert "incomplete" not in {flag.name for flag in conclude(run).flags}


def test_terminal_json_and_page_say_what_it_came_to(tmp_path: Path) -> None:
    run = asked(50.0)
    assert "Every ratio is within ±50% after 8 blocks." in as_text(run, tmp_path, None)
    assert '"reached": true' in as_json(run, tmp_path, None)
    page = build([run], tmp_path / "report").read_text(encoding="utf-8")
    assert "8 of at most 64 blocks measured. Every ratio is within ±50% after 8 blocks." in page
    assert "until every ratio is within ±50%, 64 at most" in page
    assert "incomplete" not in {flag.name for flag in conclude(run).flags}


def test_intervals_that_end_a_run_hold_the_truth_about_as_often_as_they_say() -> None:
    random, held, runs = Random(1), 0, 2000
    for _ in range(runs):
        ratios: list[float] = []
        while True:
            ratios.append(1.02 * random.lognormvariate(0.0, 0.06))
            if len(ratios) < FIRST_LOOK:
                continue
            found = levels.level(ratios)
            assert found is not None
            assert found.half_width_percent is not None
            if found.half_width_percent <= 3 or len(ratios) == MOST_BLOCKS:
                held += bool(found.low and found.high and found.low <= 1.02 <= found.high)
                break
    assert 0.92 <= held / runs <= 0.97


def test_equal_stacks_share_the_first_tier_though_they_were_looked_at_often() -> None:
    random, wrong, runs, blocks = np.random.default_rng(1), 0, 40, 0
    for _ in range(runs):
        ended = run_until_precise(
            random, dict.fromkeys("abcd", 1_000.0), asked=2.0, deviation=0.025, most=MOST_BLOCKS
        )
        wrong += any(contender.tier != 1 for contender in ended.group.contenders)
        blocks += ended.blocks
    assert blocks / runs > 1.3 * FIRST_LOOK  # that there were looks at all
    assert wrong <= 5  # 5% of 40, and 1.6 of the simulation's own standard errors


def test_who_is_far_from_the_best_stops_when_it_is_precise() -> None:
    rates = {"a": 1_000.0, "b": 1_000.0, "slow": 300.0}
    ended = run_until_precise(np.random.default_rng(2), rates, asked=1.5, deviation=0.02, most=MOST_BLOCKS)
    assert ended.launches["a"] == ended.launches["b"] == ended.blocks
    assert ended.group.contenders[-1].cell.framework == "slow"
    assert ended.group.contenders[-1].tier == 2


def planned(*frameworks: str, blocks: int = MOST_BLOCKS) -> None:
    options = RunOptions(
        selection=Selection(frameworks=frameworks, servers=(SERVER,), scenarios=("json",)),
        timing=Timing(blocks=blocks, warmup_s=0.1, window_s=0.1, precision_percent=2.0),
    )
    plan_of(options, discover(), Watcher())


def test_what_cannot_be_looked_at_is_refused() -> None:
    with pytest.raises(PlanError, match="looks at 8 blocks first, and --blocks allows 7"):
        planned("starlette", "fastapi", blocks=7)
    with pytest.raises(PlanError, match="no two stacks of the selection are compared"):
        planned("asgi", "starlette")


def test_a_precision_allows_many_blocks() -> None:
    assert timing(quick=True, precision_percent=2.0).blocks == MOST_BLOCKS
    assert timing(quick=True, precision_percent=2.0, blocks=20).blocks == 20
    assert timing(quick=True).blocks == FIRST_LOOK
    assert timing(quick=False, precision_percent=2.0) == timing(quick=True, precision_percent=2.0)


def test_where_nobody_is_left_to_compare_no_precision_is_claimed() -> None:
    run = asked(50.0)
    alone = tuple(trial for trial in run.trials if trial.cell.framework == "starlette")
    found = assess_precision(replace(run, trials=alone))
    assert found is not None
    assert not found.reached
    assert found.sentence.startswith("No two stacks could be compared after 8 blocks")


def test_summaries_at_hand_are_used() -> None:
    run = asked(5.0)
    assert assess_precision(run, summarise(run)) == assess_precision(run)
