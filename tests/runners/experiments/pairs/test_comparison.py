from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import runners.experiments.after_load
import runners.experiments.inspection
from results.model import GateStage, Run, SideName
from results.store import create, read
from runners.errors import LoadError
from runners.experiments.pairs.pairing import launch_pairs
from runners.experiments.policy import Policy
from runners.experiments.progress import Amount, Watcher
from runners.verify.contract import Verified
from scenarios.exchange import Scenario
from tests.support.fake_comparison import PARTS, Fakes, fakes, pairings, prepared
from tests.support.fake_run import verifying_all


@pytest.fixture(autouse=True)
def right(monkeypatch: pytest.MonkeyPatch) -> None:
    verified = Verified(differences=(), findings=(), canonical={"probe": "200"})
    monkeypatch.setattr(runners.experiments.inspection, "verify_all", verifying_all(verified))
    monkeypatch.setattr(runners.experiments.after_load, "verify_after", lambda *_args, **_more: "")


def run(folder: Path, *, apart: str = "", **more: Any) -> tuple[Run, Fakes]:  # noqa: ANN401 - passed on
    given = prepared(pairings(apart))
    with create(folder, given.plan) as writer:
        made = fakes(given, writer, **more)
        made.comparison.run()
    return read(folder / "two-sides"), made


def test_each_block_is_one_launch_pair_of_each_cell(tmp_path: Path) -> None:
    found, made = run(tmp_path)
    assert [end.block for end in found.blocks] == [0, 1, 2, 3]
    for pairing in found.plan.pairings:
        for side, cell in ((SideName.BASE, pairing.base), (SideName.HEAD, pairing.head)):
            trials = [trial for trial in found.trials if (trial.side, trial.cell) == (side, cell)]
            assert [trial.block for trial in trials] == [0, 1, 2, 3]
            assert all(trial.turns is not None and trial.live == 2 for trial in trials)
            assert sorted(trial.place or 0 for trial in trials) == [0, 0, 1, 1]
    launches = {launch.id: launch for launch in found.launches}
    assert len(launches) == len(found.launches)
    assert all(launches[trial.launch].side == trial.side for trial in found.trials)
    assert not found.failures
    rounds = round(1.6 / 0.035)  # of both sides, in one scenario or in two that take turns together
    assert {(len(order.legs), order.rounds) for order in made.measurer.relays} == {(2, rounds), (4, rounds)}


def test_both_sides_of_a_pair_are_asked_the_same_and_hashed_alike(tmp_path: Path) -> None:
    found, made = run(tmp_path)
    for order in made.measurer.relays:
        assert len({(leg.scenario, leg.seed) for leg in order.legs}) == len({leg.seed for leg in order.legs})
        assert len(order.legs) == 2 * len({leg.seed for leg in order.legs})
    by_pair: dict[tuple[int, str], set[str]] = {}
    for launch in found.launches:
        by_pair.setdefault((launch.block, launch.stack), set()).add(launch.hash_seed)
    assert all(len(seeds) == 1 for seeds in by_pair.values())
    assert len({seed for seeds in by_pair.values() for seed in seeds}) == len(by_pair)


def test_launches_follow_the_plan_and_both_sides_are_verified_first(tmp_path: Path) -> None:
    found, made = run(tmp_path)
    launched = [f"{launch.side}/{launch.stack}@default" for launch in found.launches]
    assert launched == [name for order in found.plan.order for name in order]
    for launcher in made.launchers.values():
        measured = {launch.hash_seed for launch in found.launches}
        stages = [seed not in measured for _, seed in launcher.started]
        assert stages == sorted(stages, reverse=True)
        assert any(stages)


def test_unlike_stacks_take_turns_as_well(tmp_path: Path) -> None:
    found, made = run(tmp_path, apart="server")
    assert all(len(order.servers) == 2 for order in made.measurer.relays)
    assert all(trial.turns is not None for trial in found.trials)
    assert {(trial.side, trial.cell.server) for trial in found.trials} == {
        (SideName.BASE, "uvicorn-standard"),
        (SideName.HEAD, "granian-asgi"),
    }
    assert sorted(t.place or 0 for t in found.trials if t.side == SideName.BASE) == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_head_that_fails_verification_is_named_and_the_rest_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def verify(scenario: Scenario) -> Verified:
        calls.append(scenario.name)
        wrong = ("GET /: wanted 1, got 2",) if calls.count("json") == 3 and calls[-1] == "json" else ()
        return Verified(differences=wrong, findings=(), canonical={"probe": "200"})

    def verify_all(*arguments: Any, **_more: Any) -> dict[str, Verified]:  # noqa: ANN401
        return {scenario.name: verify(scenario) for scenario in arguments[2]}

    monkeypatch.setattr(runners.experiments.inspection, "VERIFIED_AT_ONCE", 1)
    monkeypatch.setattr(runners.experiments.inspection, "verify_all", verify_all)
    found, made = run(tmp_path)
    (failure,) = made.heard.failures
    assert (failure.side, failure.stage) == (SideName.HEAD, "verify")
    assert failure.message.startswith("head: GET /")
    assert failure.cell is not None
    assert failure.cell not in {trial.cell for trial in found.trials}
    assert len({trial.cell for trial in found.trials}) == len(found.plan.cells) - 1


def test_a_base_that_does_not_start_is_named_and_its_pair_not_measured(tmp_path: Path) -> None:
    found, _ = run(tmp_path, broken={SideName.BASE: "flask--gunicorn-gthread"})
    (failure,) = found.failures
    assert (failure.side, failure.stage, failure.stack) == (
        SideName.BASE,
        "launch",
        "flask--gunicorn-gthread",
    )
    assert failure.message.startswith("base: ")
    assert not [trial for trial in found.trials if trial.cell.framework == "flask"]


def test_the_side_at_fault_in_a_relay_is_named_with_its_log(tmp_path: Path) -> None:
    def second(count: int) -> None:
        if count == 2:
            raise LoadError("no turn was over")

    found, _ = run(tmp_path, act=second)
    (failure,) = found.failures
    launch = next(launch for launch in found.launches if launch.id == failure.launch)
    assert failure.side == launch.side == found.launches[1].side
    assert failure.log_tail == "the last line"
    assert len(found.trials) == 2 * 4 * len(found.plan.pairings) - 1


def test_a_generator_that_fails_leaves_the_others(tmp_path: Path) -> None:
    def fails(count: int) -> None:
        if count == 2:
            raise LoadError("the generator died")

    found, _ = run(tmp_path, act=fails)
    assert [failure.stage for failure in found.failures] == ["load"]
    assert len(found.blocks) == 4


def test_turns_are_never_measured_again_for_foreign_work(tmp_path: Path) -> None:
    found, made = run(tmp_path, policy=Policy(is_disturbed=lambda trial: trial.turns is None))
    assert sum(len(order.legs) for order in made.measurer.relays) == 2 * 4 * len(found.plan.pairings)
    assert {trial.attempt for trial in found.trials} == {0}


def test_wrong_answers_after_load_take_the_trial_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners.experiments.after_load, "verify_after", lambda *_args, **_more: "wanted 200")
    found, _ = run(tmp_path)
    assert {failure.stage for failure in found.failures} == {"verify-after"}
    assert {failure.side for failure in found.failures} == {SideName.BASE, SideName.HEAD}
    assert not found.trials


def test_what_was_measured_before_an_interruption_is_kept(tmp_path: Path) -> None:
    def interrupt(count: int) -> None:
        if count == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, act=interrupt)
    assert len(read(tmp_path / "two-sides").trials) == 6


def test_a_time_budget_ends_before_a_block_and_not_within(tmp_path: Path) -> None:
    given = prepared(pairings())
    with create(tmp_path, given.plan) as writer:
        made = fakes(given, writer)
        chosen = launch_pairs(given.loads(), PARTS.scenarios)
        assert made.comparison.measure([(0, chosen), (1, chosen)], deadline_s=0.0) == 0
    assert not read(tmp_path / "two-sides").trials


def test_fresh_pairs_go_on_counting_blocks_behind_the_screen(tmp_path: Path) -> None:
    amounts: list[Amount] = []

    class Told(Watcher):
        def begin(self, amount: Amount) -> None:
            amounts.append(amount)

    given = prepared(pairings())
    with create(tmp_path, given.plan) as writer:
        made = fakes(given, writer)
        made.comparison.watcher = Told()
        chosen = launch_pairs(given.loads(), PARTS.scenarios)
        made.comparison.measure([(5, chosen), (6, chosen[:1])], GateStage.CONFIRM)
    assert [(amount.before, amount.blocks, amount.last) for amount in amounts] == [(5, 2, 7)]
