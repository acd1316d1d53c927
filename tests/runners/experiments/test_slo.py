from __future__ import annotations

from dataclasses import replace

import pytest

from runners.errors import PlanError
from runners.experiments.slo import Slo, bisect, keeps_to, parse
from runners.generator.messages import Order
from tests.support.knee import Knee

SLO = Slo(percentile=99, limit_ms=50)


def test_the_grammar() -> None:
    assert parse("p99=50ms") == SLO
    assert parse("p99.9=2s") == Slo(percentile=99.9, limit_ms=2000)
    assert parse("p50=800us").text == "p50=0.8ms"


@pytest.mark.parametrize("text", ["", "50ms", "p99", "p100=5ms", "p0=5ms", "p99=0ms", "p99=-5ms", "p99=5m"])
def test_what_is_no_limit_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(PlanError) as refused:
        parse(text)
    assert refused.value.remedy


@pytest.mark.parametrize("begin", [600.0, 1000.0, 1300.0, 5000.0])
def test_bisection_brackets_the_knee(begin: float) -> None:
    low, high = bisect(lambda rate: rate <= 1234, begin)
    assert high is not None
    assert low <= 1234 < high
    assert high - low <= 0.05 * high


def test_bisection_says_where_it_found_no_end_and_where_nothing_held() -> None:
    low, high = bisect(lambda _rate: True, 100)
    assert (low > 100, high) == (True, None)
    low, high = bisect(lambda _rate: False, 100)
    assert low == 0
    assert high is not None


def test_bisection_goes_on_below_a_rate_of_which_nothing_can_be_said() -> None:
    assert bisect(lambda _rate: None, 100) == (0.0, None)
    low, high = bisect(lambda rate: None if rate > 700 else True, 1000)
    assert high is None
    assert 650 < low <= 700


def test_a_window_holds_by_its_percentile_its_errors_and_what_it_served() -> None:
    good = Knee().measure(
        Order(
            host="h",
            port=1,
            scenario="json",
            seed=1,
            connections=1,
            rate_rps=100.0,
            warmup_s=0.1,
            window_s=1.0,
        )
    )
    assert keeps_to(good, SLO) is True
    assert keeps_to(good, Slo(percentile=99, limit_ms=0.5)) is False
    assert keeps_to(replace(good, errors={"timeout": 1}), SLO) is False
    assert keeps_to(replace(good, requests=90), SLO) is False
    assert keeps_to(replace(good, late_sends=2), SLO) is None
