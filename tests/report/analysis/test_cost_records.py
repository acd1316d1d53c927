from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.analysis.cost_records import cost_of, cost_per_request
from results.model import Cell, CostRecord, InstructionCounter, Interface, Interval, Load

RECORD = CostRecord(
    cell=Cell(
        framework="fastapi",
        server="uvicorn-standard",
        interface=Interface.ASGI,
        scenario="json",
        load=Load.LOCKSTEP,
        connections=1,
    ),
    started_unix_s=0.0,
    seconds=10.0,
    counter=InstructionCounter.CALLGRIND,
    tool="valgrind-3.19.0",
    intervals=(
        Interval(instructions=4_000_500, seconds=0.5, requests=40),
        Interval(instructions=8_001_000, seconds=1.0, requests=80),
    ),
    idle=Interval(instructions=2_000, seconds=2.0, requests=0),
)


def test_idling_is_taken_off_by_time() -> None:
    assert cost_per_request(RECORD) == (100_000.0, 100_000.0)
    assert cost_of(RECORD) == 100_000.0


def test_nothing_is_taken_off_where_nothing_idles() -> None:
    alone = replace(RECORD, idle=None, intervals=RECORD.intervals[:1])
    assert cost_of(alone) == pytest.approx(4_000_500 / 40)


def test_intervals_weigh_by_their_requests() -> None:
    uneven = replace(
        RECORD,
        idle=None,
        intervals=(
            Interval(instructions=100, seconds=1.0, requests=1),
            Interval(instructions=900, seconds=1.0, requests=3),
        ),
    )
    assert cost_per_request(uneven) == (100.0, 300.0)
    assert cost_of(uneven) == 250.0


@given(st.integers(1, 10**6), st.integers(1, 500), st.floats(0, 1e4), st.floats(0.01, 10))
def test_what_was_put_in_comes_out(cost: int, requests: int, rate: float, seconds: float) -> None:
    counted = round(cost * requests + rate * seconds)
    record = replace(
        RECORD,
        intervals=(Interval(instructions=counted, seconds=seconds, requests=requests),),
        idle=Interval(instructions=round(rate * 1000), seconds=1000.0, requests=0),
    )
    assert cost_of(record) == pytest.approx(cost, abs=0.6 / requests + 0.001 * seconds / requests)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"intervals": ()}, "nothing was counted"),
        ({"intervals": (Interval(instructions=5, seconds=1.0, requests=0),)}, "without a request"),
        ({"idle": Interval(instructions=10**9, seconds=1.0, requests=0)}, "less than idling"),
        ({"idle": Interval(instructions=10, seconds=0.0, requests=0)}, "no time"),
    ],
)
def test_what_is_no_count_says_so(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cost_of(replace(RECORD, **change))  # type: ignore[arg-type] # passed on by name
