from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from report.stats.power import needed_pairs, visible_in_errors


@pytest.mark.parametrize(("deviation", "pairs"), [(0.075, 11), (0.10, 17), (0.15, 33)])
def test_pairs_that_confirmation_needs(deviation: float, pairs: int) -> None:
    assert needed_pairs(deviation) == pairs


@settings(deadline=None)
@given(st.floats(0, 2))
def test_more_noise_never_needs_fewer_pairs(deviation: float) -> None:
    assert 4 <= needed_pairs(deviation) <= needed_pairs(deviation * 1.5) <= 200


@pytest.mark.parametrize("freedom", [2, 6, 30])
def test_what_is_called_visible_is_found_with_that_power(freedom: float) -> None:
    errors = visible_in_errors(freedom, 0.01, 0.9)
    power = stats.nct.sf(stats.t.ppf(0.99, freedom), freedom, errors)
    assert power == pytest.approx(0.9, abs=1e-6)
