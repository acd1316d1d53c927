"""Turns in which others kept the load generator from its CPU."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis import metrics
from report.analysis.heats import fit_heat
from report.analysis.own_turns import own_turns
from report.analysis.validity import generator_bound
from results.model import Turns
from tests.support.good_trial import GOOD
from tests.support.synthetic_turns import make_relay

RATE = metrics.per_turn_ratios()[metrics.THROUGHPUT.name]
SPAN_US, CPU_US = 35_000, 34_500
CROWDED = 4
"""Turns of ten that others crowded the generator out of."""


def make_turns(crowded: int) -> Turns:
    """Ten turns of a saturated server, which gets half as far, and waits, in those that are crowded."""
    slow = [number < crowded for number in range(10)]
    return Turns(
        begun_us=tuple(range(0, 10 * SPAN_US, SPAN_US)),
        span_us=(SPAN_US,) * 10,
        requests=tuple(175 if spoilt else 350 for spoilt in slow),
        cpu_us=tuple(CPU_US // 2 if spoilt else CPU_US for spoilt in slow),
        generator_delay_us=tuple(SPAN_US // 2 if spoilt else 100 for spoilt in slow),
    )


def test_turns_that_others_crowded_the_generator_out_of_are_left_out() -> None:
    kept = own_turns(make_turns(CROWDED))
    assert kept.requests == (350,) * 6
    assert kept.begun_us == make_turns(CROWDED).begun_us[CROWDED:]
    assert {len(kept.span_us), len(kept.cpu_us), len(kept.generator_delay_us)} == {6}


@pytest.mark.parametrize("crowded", [0, 6, 10])
def test_all_stay_where_none_or_most_were_crowded(crowded: int) -> None:
    assert own_turns(make_turns(crowded)) == make_turns(crowded)


def test_all_stay_where_it_is_not_known() -> None:
    unknown = replace(make_turns(CROWDED), generator_delay_us=())
    assert own_turns(unknown) == unknown


@pytest.mark.parametrize("crowded", [6, 10])
def test_a_leg_is_bound_by_its_generator_where_the_turns_that_count_were(crowded: int) -> None:
    assert generator_bound(replace(GOOD, turns=make_turns(crowded)))


@pytest.mark.parametrize("crowded", [0, CROWDED])
def test_it_is_not_where_only_turns_were_that_are_left_out(crowded: int) -> None:
    turns = make_turns(crowded)
    of_all_ns = 1000 * sum(turns.generator_delay_us)
    assert not generator_bound(replace(GOOD, turns=turns, generator_delay_ns=of_all_ns))


def test_a_saturated_server_did_not_wait_for_it() -> None:
    turns = replace(make_turns(10), cpu_us=(CPU_US,) * 10)
    assert not generator_bound(replace(GOOD, turns=turns))


def test_a_heat_is_fitted_without_them() -> None:
    run = make_relay(blocks=1, scenarios=("json",), control=False)
    first, *rest = (leg.turns for leg in run.trials if leg.turns)
    spoilt = replace(
        first,
        requests=(*(count // 2 for count in first.requests[:5]), *first.requests[5:]),
        generator_delay_us=(*(span // 2 for span in first.span_us[:5]), *(0 for _ in first.span_us[5:])),
    )
    with_all, without = (fit_heat((turns, *rest), RATE).legs[0] for turns in (first, spoilt))
    assert with_all is not None
    assert without is not None
    assert without.value == pytest.approx(with_all.value, rel=0.2)
    kept = sum(len(turns.span_us) for turns in (first, *rest)) - 5
    assert len(fit_heat((spoilt, *rest), RATE).speeds) == kept
