from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.gate.judge import judge
from report.analysis.gate.still_to_measure import (
    confirmations,
    cost_repeats,
    more_counts,
    shared_out,
    worse_costs,
)
from report.analysis.metric_types import Metric
from report.analysis.metrics import CPU, P99
from report.stats.two_samples import Estimate
from results.model import Failure, FailureStage, Load, SideName
from tests.support.synthetic_gate import make_gate


def screen(deviation: float, mean: float = 0.1) -> Estimate:
    return Estimate(mean=mean, standard_error=deviation / 8**0.5, freedom=6, deviation=deviation, n=8)


def count(mean: float, deviation: float, n: int) -> Estimate:
    return Estimate(
        mean=mean, standard_error=deviation * (2 / n) ** 0.5, freedom=2 * n + 2, deviation=deviation, n=n
    )


def cpu(deviation: float) -> tuple[Estimate, Metric]:
    return screen(deviation, 0.03), CPU


@pytest.mark.parametrize(("deviation", "pairs"), [(0.023, 16), (0.075, 16), (0.10, 17), (0.15, 33)])
def test_a_tight_budget_gives_what_90_percent_power_needs(deviation: float, pairs: int) -> None:
    assert shared_out([cpu(deviation)], pairs) == [pairs]


def test_a_larger_effect_that_must_not_pass_needs_fewer_pairs() -> None:
    assert shared_out([(screen(0.15), P99)], 16) == [16]


def test_what_is_left_goes_to_where_the_deviation_may_be_larger() -> None:
    (alone,) = shared_out([cpu(0.10)], 1_000)
    assert 17 < alone < 40
    assert shared_out([cpu(0.023), cpu(0.023)], 1_000) == [16, 16]
    assert shared_out([cpu(0.10), cpu(0.10)], 36) == [19, 17]


def test_one_loud_cell_takes_no_more_than_33_pairs() -> None:
    assert shared_out([cpu(0.5), (screen(0.9), P99)], 1_000) == [33, 33]


@pytest.mark.parametrize(
    ("mean", "deviation", "pairs"),
    [(3.3, 0.05, 6), (0.5, 0.02, 6), (0.1, 0.01, 6), (0.1, 0.023, 12), (0.03, 0.01, 16), (0.2, 0.15, 33)],
)
def test_what_leaves_no_doubt_is_confirmed_on_few_pairs(mean: float, deviation: float, pairs: int) -> None:
    assert shared_out([(screen(deviation, mean), CPU)], 1_000) == [pairs]


def test_what_one_plain_cell_spares_goes_to_those_behind_it() -> None:
    assert shared_out([(screen(0.05, 3.3), CPU), cpu(0.023)], 22) == [6, 16]


def test_nothing_is_planned_that_would_be_too_few_to_say_anything() -> None:
    assert shared_out([cpu(0.075), cpu(0.075)], 18) == [18, 0]
    assert shared_out([cpu(0.075)], 4) == [0]
    assert shared_out([], 100) == []


def test_the_budget_is_never_passed() -> None:
    for budget in range(0, 120, 7):
        given = shared_out([cpu(0.15), cpu(0.075), cpu(0.05)], budget)
        assert sum(given) <= budget
        assert all(pairs == 0 or pairs >= 5 for pairs in given)


def test_only_what_the_screen_flagged_is_confirmed() -> None:
    run = make_gate(cpu_change=0.3)
    (pairing,) = confirmations(run, 100)
    assert pairing.head.framework == "starlette"
    assert pairing.head.load == Load.CLOSED
    assert confirmations(make_gate(), 100) == {}


def test_a_cell_is_confirmed_once() -> None:
    assert confirmations(make_gate(cpu_change=0.3, confirmed=11), 100) == {}


def test_what_cannot_be_judged_is_not_measured_on() -> None:
    run = make_gate(cpu_change=0.3)
    broken = replace(run, trials=tuple(replace(each, errors={"timeout": 1}) for each in run.trials))
    assert confirmations(broken, 100) == {}
    assert cost_repeats(replace(run, costs=tuple(replace(each, intervals=()) for each in run.costs))) == {}


def test_counts_are_repeated_until_the_difference_is_sure_enough() -> None:
    assert more_counts(None, 0) == 2
    assert more_counts(None, 1) == 1
    assert more_counts(count(0.0, 0.0005, 2), 2) == 0
    assert more_counts(count(0.0, 0.0015, 2), 2) == 3
    assert more_counts(count(0.0, 0.01, 2), 2) == 6
    assert more_counts(count(0.0, 0.01, 8), 8) == 0


def test_counts_that_look_like_a_regression_are_repeated_more_often() -> None:
    assert more_counts(count(0.01, 0.0001, 2), 2) == 4
    assert more_counts(count(0.01, 0.0001, 6), 6) == 0
    assert more_counts(count(0.01, 0.003, 8), 8) == 10
    assert more_counts(count(0.01, 0.01, 20), 20) == 0


def test_a_run_says_which_cells_need_more_counts() -> None:
    assert set(cost_repeats(make_gate(repeats=1)).values()) == {1}
    assert cost_repeats(make_gate(repeat_noise=0.0002)) == {}
    noisy = cost_repeats(make_gate(repeat_noise=0.004))
    assert noisy
    assert all(pairing.head.load == Load.LOCKSTEP for pairing in noisy)


def test_where_time_goes_is_looked_at_in_cells_whose_cost_got_worse() -> None:
    assert worse_costs(make_gate()) == []
    run = make_gate(cost_change=0.05)
    (pairing,) = worse_costs(run)
    assert (pairing.head.framework, pairing.head.load) == ("starlette", "lockstep")
    assert worse_costs(make_gate(cost_change=-0.05)) == []


def test_a_stack_that_could_not_be_sampled_changes_no_verdict() -> None:
    run = make_gate(cost_change=0.05)
    (pairing,) = worse_costs(run)
    failure = Failure(
        stack=pairing.head.stack,
        cell=pairing.head,
        block=None,
        side=SideName.HEAD,
        stage=FailureStage.SAMPLE,
        message="py-spy cannot look into the server",
    )
    assert judge(replace(run, failures=(failure,))) == judge(run)
