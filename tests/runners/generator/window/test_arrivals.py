from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.model import Arrivals
from runners.errors import LoadError
from runners.generator.window.arrivals import arrivals_ns

RATES = st.floats(0.1, 50_000)
LENGTHS = st.floats(0, 2)
SEEDS = st.integers(0, 2**32)


def random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(RATES, LENGTHS, st.sampled_from([Arrivals.CONSTANT, Arrivals.POISSON]), SEEDS)
def test_arrivals_ascend_within_the_stretch(
    rate_rps: float, length_s: float, kind: Arrivals, seed: int
) -> None:
    instants = arrivals_ns(rate_rps, length_s, kind, random(seed))

    assert instants.dtype == np.int64
    assert (np.diff(instants) >= 0).all()
    assert not instants.size or 0 <= instants[0] <= instants[-1] <= length_s * 1e9


@given(RATES, LENGTHS, SEEDS)
def test_constant_arrivals_are_as_many_as_the_rate_says(rate_rps: float, length_s: float, seed: int) -> None:
    instants = arrivals_ns(rate_rps, length_s, Arrivals.CONSTANT, random(seed))

    assert abs(len(instants) - rate_rps * length_s) <= 1
    assert np.abs(np.diff(instants) - 1e9 / rate_rps).max(initial=0) <= 2


def test_poisson_gaps_are_exponential_and_independent() -> None:
    gaps_s = np.diff(arrivals_ns(1000, 100, Arrivals.POISSON, random())) / 1e9

    # 100,000 gaps: a standard error is 0.3%
    assert gaps_s.mean() == pytest.approx(1e-3, rel=0.02)
    assert gaps_s.std() == pytest.approx(1e-3, rel=0.02)
    assert (gaps_s > 3e-3).mean() == pytest.approx(np.exp(-3), rel=0.1)
    assert abs(np.corrcoef(gaps_s[1:], gaps_s[:-1])[0, 1]) < 0.02


@pytest.mark.parametrize("kind", [Arrivals.CONSTANT, Arrivals.POISSON])
def test_the_seed_decides(kind: Arrivals) -> None:
    first, again, other = (arrivals_ns(100, 1, kind, random(seed)).tolist() for seed in (1, 1, 2))

    assert first == again != other


@pytest.mark.parametrize("rate_rps", [0, -1, float("nan"), float("inf")])
def test_what_is_no_rate_is_refused(rate_rps: float) -> None:
    with pytest.raises(LoadError, match="requests/s"):
        arrivals_ns(rate_rps, 1, Arrivals.CONSTANT, random())


def test_a_rate_that_nobody_can_offer_is_refused() -> None:
    with pytest.raises(LoadError, match=r"1e\+09 requests/s for 2 s are more than") as caught:
        arrivals_ns(1e9, 2, Arrivals.POISSON, random())
    assert caught.value.remedy


def test_arrivals_of_no_known_kind_are_refused() -> None:
    with pytest.raises(LoadError, match="not 'bursts'"):
        arrivals_ns(1, 1, "bursts", random())  # type: ignore[arg-type]  # that is the point
