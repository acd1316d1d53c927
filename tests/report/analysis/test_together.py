from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from report.analysis.together import LaunchValue, fit_together
from report.stats.levels import student
from results.model import Cell, Interface

STARLETTE = Cell(framework="starlette", server="uvicorn", interface=Interface.ASGI, scenario="json")
FASTAPI = replace(STARLETTE, framework="fastapi")
FLASK = replace(STARLETTE, framework="flask", server="gunicorn", interface=Interface.WSGI)
DJANGO = replace(FLASK, framework="django")


def values(levels: list[float], first: int = 0) -> list[LaunchValue]:
    return [LaunchValue(block=first + block, value=value) for block, value in enumerate(levels)]


def test_a_ratio_is_within_blocks_by_students_t() -> None:
    random = np.random.default_rng(1)
    blocks, ratios = random.lognormal(5, 0.5, 8), random.lognormal(math.log(1.4), 0.02, 8)
    together = fit_together(
        {STARLETTE: values(list(blocks * ratios)), FASTAPI: values(list(blocks))}, within_servers=True
    )
    assert together is not None
    ratio = together.ratio(STARLETTE, FASTAPI)
    assert ratio is not None
    half = student(0.95, 7) * np.std(np.log(ratios), ddof=1) / math.sqrt(8)
    assert ratio.value == pytest.approx(math.exp(np.log(ratios).mean()))
    assert ratio.high == pytest.approx(ratio.value * math.exp(half))
    assert ratio.n == 8


def test_below_four_blocks_there_is_no_interval() -> None:
    for blocks, has_interval in ((3, False), (4, True)):
        random = np.random.default_rng(2)
        cells = (STARLETTE, FASTAPI, FLASK, DJANGO)  # whose pooled freedom would be ample
        together = fit_together(
            {cell: values(list(random.lognormal(5, 0.1, blocks))) for cell in cells}, within_servers=True
        )
        assert together is not None
        ratio = together.ratio(STARLETTE, FASTAPI)
        assert ratio is not None
        assert (ratio.low is not None) is has_interval
        assert (together.level(STARLETTE).low is not None) is has_interval


def test_servers_are_not_compared_and_have_an_error_each() -> None:
    random = np.random.default_rng(3)
    launches = {
        cell: values(list(random.lognormal(5, 0.1, 8))) for cell in (STARLETTE, FASTAPI, FLASK, DJANGO)
    }
    within, across = (fit_together(launches, within_servers=wanted) for wanted in (True, False))
    assert within is not None
    assert across is not None
    assert within.ratio(STARLETTE, FLASK) is None
    assert across.ratio(STARLETTE, FLASK) is not None
    assert set(within.fit.freedom.values()) == {7}
    assert set(across.fit.freedom.values()) == {21}


def test_what_never_met_has_no_ratio() -> None:
    together = fit_together(
        {STARLETTE: values([1.0] * 4), FASTAPI: values([2.0] * 4, first=4)}, within_servers=True
    )
    assert together is not None
    assert together.ratio(STARLETTE, FASTAPI) is None
    assert together.ratio(STARLETTE, FLASK) is None
    assert fit_together({STARLETTE: []}, within_servers=True) is None


def test_a_level_is_at_the_mean_of_the_run_and_as_uncertain_as_its_stack_alone() -> None:
    random = np.random.default_rng(4)
    machine = random.lognormal(0, 0.3, 8)
    launches = {
        cell: values(list(rate * machine * random.lognormal(0, 0.01, 8)))
        for cell, rate in ((STARLETTE, 9_000), (FASTAPI, 4_000), (FLASK, 2_000))
    }
    together = fit_together(launches, within_servers=False)
    assert together is not None
    level = together.level(STARLETTE)
    mean = math.exp(np.mean([math.log(value.value) for value in launches[STARLETTE]]))
    assert level.value == pytest.approx(mean)
    assert level.half_width_percent is not None
    assert level.half_width_percent < 1.5


def test_a_stack_that_missed_the_slow_blocks_is_not_called_faster_for_it() -> None:
    machine = [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5]
    launches = {
        STARLETTE: values([9_000 * speed for speed in machine[:4]]),
        FASTAPI: values([9_000 * speed for speed in machine]),
        FLASK: values([2_000 * speed for speed in machine]),
    }
    together = fit_together(launches, within_servers=False)
    assert together is not None
    assert together.level(STARLETTE).value == pytest.approx(together.level(FASTAPI).value)


def test_one_alone_is_as_uncertain_as_its_blocks() -> None:
    found = fit_together({STARLETTE: values([1.0, 2.0, 4.0, 8.0])}, within_servers=False)
    assert found is not None
    assert found.level(STARLETTE).value == pytest.approx(2 * math.sqrt(2))
    assert found.level(STARLETTE).low is None
