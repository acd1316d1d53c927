from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from report.analysis.heats import fit_heat, group_heats, occupied_in_heat
from report.analysis.metric_types import FromTrial, PerTurn
from report.analysis.metrics import CPU, THROUGHPUT
from results.model import Run, Trial, Turns
from tests.support.synthetic import make_run
from tests.support.synthetic_turns import make_relay, using

STACKS = tuple((name, "uvicorn-standard") for name in ("asgi", "starlette", "fastapi", "litestar"))


def per_turn(source: object) -> PerTurn:
    assert isinstance(source, FromTrial)
    assert source.per_turn is not None
    return source.per_turn


RATE, CPU_PER_REQUEST = per_turn(THROUGHPUT.source), per_turn(CPU.source)


def one_heat(rounds: int = 20) -> list[Trial]:
    run = make_relay(stacks=STACKS, scenarios=("json",), blocks=1, control=False, rounds=rounds)
    (legs,) = group_heats(run.trials).values()
    return legs


def turns_of(legs: list[Trial]) -> tuple[Turns, ...]:
    return tuple(leg.turns for leg in legs if leg.turns)


def test_legs_are_grouped_by_what_took_turns_together() -> None:
    run = make_relay(scenarios=("json", "orders"), heat=7, blocks=2)
    heats = group_heats(run.trials)
    assert sorted({(name.block, name.scenario, name.heat) for name in heats}) == [
        (block, scenario, heat) for block in (0, 1) for scenario in ("json", "orders") for heat in (0, 1)
    ]
    assert sum(map(len, heats.values())) == len(run.trials)


def test_whole_windows_are_in_no_heat() -> None:
    run: Run = make_run(blocks=1, scenarios=("json",))
    assert group_heats(run.trials) == {}


def test_ratios_within_a_heat_are_those_of_its_servers_though_the_machine_changed() -> None:
    window = {trial.cell: trial for trial in make_run(
        stacks=STACKS, scenarios=("json",), blocks=1, control=False, troubles=False,
        launch_noise=0.01, trial_noise=0.01,
    ).trials}  # fmt: skip
    legs = one_heat(rounds=60)
    found = fit_heat(turns_of(legs), RATE).legs
    rates = [value.value if value else math.nan for value in found]
    truth = [window[leg.cell].requests / window[leg.cell].window_s for leg in legs]
    assert np.diff(np.log(rates)) == pytest.approx(np.diff(np.log(truth)), abs=0.03)
    sums = [leg.requests / leg.window_s for leg in legs]
    assert np.std(np.log(rates) - np.log(truth)) < np.std(np.log(sums) - np.log(truth))


def test_the_mean_speed_is_that_of_the_sums() -> None:
    legs = one_heat(rounds=60)
    found = fit_heat(turns_of(legs), RATE)
    rates = [value.value if value else math.nan for value in found.legs]
    sums = [leg.requests / leg.window_s for leg in legs]
    assert np.mean(np.log(rates)) == pytest.approx(np.mean(np.log(sums)), abs=0.02)
    assert len(found.speeds) == 4 * 60
    assert np.std(found.speeds) == pytest.approx(0.3, rel=0.5)


def test_cpu_per_request_is_read_from_the_same_turns() -> None:
    legs = one_heat()
    for rate, cpu in zip(
        fit_heat(turns_of(legs), RATE).legs, fit_heat(turns_of(legs), CPU_PER_REQUEST).legs, strict=True
    ):
        assert rate is not None
        assert cpu is not None
        assert cpu.value == pytest.approx(0.97e6 / rate.value, rel=0.03)
        assert cpu.variance > 0


def test_a_leg_whose_cpu_was_not_read_has_none_and_the_others_do() -> None:
    first, *rest = turns_of(one_heat())
    found = fit_heat((replace(first, cpu_us=()), *rest), CPU_PER_REQUEST).legs
    assert found[0] is None
    assert all(found[1:])
    assert fit_heat((replace(first, cpu_us=()), *rest), RATE).legs[0] is not None


def test_a_turn_without_cpu_time_leaves_its_leg_to_the_ratio_of_sums() -> None:
    first, *rest = turns_of(one_heat())
    spoilt = replace(first, cpu_us=(0, *first.cpu_us[1:]))
    found = fit_heat((spoilt, *rest), CPU_PER_REQUEST).legs[0]
    assert found is not None
    assert found.value == pytest.approx(sum(spoilt.cpu_us) / sum(spoilt.requests))
    assert found.variance == 0


def test_too_few_turns_are_a_ratio_of_sums() -> None:
    legs = one_heat(rounds=1)
    found = fit_heat(turns_of(legs), RATE)
    assert [leg and leg.value for leg in found.legs] == [
        pytest.approx(leg.requests / leg.window_s, rel=1e-4) for leg in legs
    ]
    assert all(leg and leg.variance == 0 for leg in found.legs)
    assert found.speeds == ()


def test_a_leg_that_left_early_keeps_its_turns_and_is_less_certain() -> None:
    first, *rest = turns_of(one_heat(rounds=40))
    short = Turns(
        begun_us=first.begun_us[:5], span_us=first.span_us[:5],
        requests=first.requests[:5], cpu_us=first.cpu_us[:5],
    )  # fmt: skip
    left, *stayed = fit_heat((short, *rest), RATE).legs
    assert left is not None
    assert all(leg and left.variance > leg.variance for leg in stayed)


def test_a_leg_is_as_busy_as_its_best_turns_beside_the_busiest_of_its_heat() -> None:
    legs = one_heat(rounds=20)
    robbed = [using(leg, 0.99, robbed=0.6) for leg in legs]
    assert occupied_in_heat(robbed) == pytest.approx((1.0,) * 4, rel=1e-3)
    waiting = using(legs[0], 0.54)
    assert occupied_in_heat((waiting, *robbed[1:]))[0] == pytest.approx(0.54 / 0.99, rel=1e-3)
    crowded = [using(leg, 0.5) for leg in legs]
    assert occupied_in_heat(crowded) == pytest.approx((1.0,) * 4, rel=1e-3)
    unknown = [replace(leg, turns=replace(leg.turns, cpu_us=())) for leg in legs if leg.turns]
    assert occupied_in_heat(unknown) == (None,) * 4


def test_one_server_of_several_threads_makes_the_others_no_idlers() -> None:
    legs = [using(leg, 0.97) for leg in one_heat()]
    threads = using(legs[0], 1.8)
    assert occupied_in_heat((threads, *legs[1:]))[1] == pytest.approx(0.97, rel=1e-3)
