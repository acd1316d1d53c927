from __future__ import annotations

from dataclasses import replace

import pytest

from results.model import Arrivals, Cell, Interface
from runners.errors import PlanError
from runners.selection.rates import (
    OPEN_CONNECTIONS,
    Rate,
    arrivals_of,
    need_capacity,
    open_cells,
    parse,
    warnings,
)


def cell(framework: str, scenario: str = "json", **more: object) -> Cell:
    one = Cell(framework=framework, server="uvicorn-standard", interface=Interface.ASGI, scenario=scenario)
    return replace(one, **more)  # type: ignore[arg-type]  # given by name


SLOW, FAST, FLOOR = cell("fastapi"), cell("starlette"), cell("asgi")
CAPACITIES = {SLOW: 3011.7, FAST: 9000.0, FLOOR: 1000.0}


def rates(
    *texts: str, arrivals: Arrivals = Arrivals.POISSON, cells: tuple[Cell, ...] = (SLOW, FAST, FLOOR)
) -> list[Cell]:
    found = open_cells(cells, parse(texts), arrivals=arrivals, capacities=CAPACITIES, floors=("asgi",))
    return list(found)


def test_the_grammar() -> None:
    assert parse(["500", "2.5", "50%", "equal", "closed", "500"]) == (
        Rate(kind="absolute", value=500),
        Rate(kind="absolute", value=2.5),
        Rate(kind="share", value=0.5),
        Rate(kind="equal"),
        Rate(kind="closed"),
    )
    assert not need_capacity(parse(["500", "closed"]))
    assert need_capacity(parse(["500", "50%"]))


@pytest.mark.parametrize("text", ["0", "-5", "0%", "nan", "inf", "fast", "", "%", "50 %%", "1e9"])
def test_what_is_no_rate_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(PlanError) as refused:
        parse([text])
    assert refused.value.remedy


def test_a_share_over_all_of_it_is_allowed_and_warned_of() -> None:
    (warning,) = warnings(parse(["120%", "90%"]))
    assert "120%" in warning


def test_arrivals_are_poisson_unless_asked_otherwise() -> None:
    assert arrivals_of(None, offered=False) == "poisson"
    assert arrivals_of("constant", offered=True) == "constant"
    with pytest.raises(PlanError, match="unknown arrivals"):
        arrivals_of("bursts", offered=True)
    with pytest.raises(PlanError, match="none was asked for"):
        arrivals_of("constant", offered=False)


def test_an_absolute_rate_makes_every_cell_an_open_one() -> None:
    found = rates("500", arrivals=Arrivals.CONSTANT)
    assert [(each.framework, each.rate_rps) for each in found] == [
        ("fastapi", 500),
        ("starlette", 500),
        ("asgi", 500),
    ]
    assert {(each.load, each.connections, each.arrivals) for each in found} == {
        ("open", OPEN_CONNECTIONS, "constant")
    }


def test_shares_are_of_each_own_capacity_and_equal_is_half_of_the_slowest_that_is_no_floor() -> None:
    assert [each.rate_rps for each in rates("50%")] == [1506, 4500, 500]
    assert [each.rate_rps for each in rates("equal")] == [1500, 1500, 1500]


def test_floors_alone_are_compared_with_each_other() -> None:
    found = open_cells(
        (FLOOR,), parse(["equal"]), arrivals=Arrivals.POISSON, capacities={FLOOR: 1000}, floors=("asgi",)
    )
    assert [each.rate_rps for each in found] == [500]


def test_each_scenario_has_its_own_equal_rate() -> None:
    other = cell("starlette", "orders")
    found = open_cells(
        (FAST, other), parse(["equal"]), arrivals=Arrivals.POISSON, capacities={FAST: 9000.0, other: 200.0}
    )
    assert [each.rate_rps for each in found] == [4500, 100]


def test_the_closed_load_may_come_along() -> None:
    found = rates("closed", "500", cells=(SLOW,))
    assert [each.load for each in found] == ["closed", "open"]


def test_a_control_has_its_originals_rate() -> None:
    found = rates("50%", cells=(SLOW, replace(SLOW, control=True)))
    assert [(each.control, each.rate_rps) for each in found] == [(False, 1506), (True, 1506)]


def test_without_a_capacity_there_is_no_share() -> None:
    assert rates("50%", "equal", cells=(cell("litestar"),)) == []
    assert len(rates("500", cells=(cell("litestar"),))) == 1


def test_capacity_is_the_best_over_connections_and_asked_connections_are_caps() -> None:
    many = replace(SLOW, connections=500)
    found = open_cells(
        (SLOW, many),
        parse(["50%"]),
        arrivals=Arrivals.POISSON,
        caps=(64, 500),
        capacities={SLOW: 1000.0, many: 2000.0},
    )
    assert [(each.connections, each.rate_rps) for each in found] == [(64, 1000), (500, 1000)]
