from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, repeat

import pytest

import runners.experiments.counting.launch_counts
from results.model import Interval
from runners.experiments.counting.inputs import Inputs
from runners.experiments.counting.launch_counts import DisagreementError, count, must_agree
from runners.experiments.counting.pool import ATTEMPTS
from scenarios.exchange import Answer, Exchange
from tests.support.small_matrix import scenario


class Heard:
    """Asker and reading in one, so that the order of both is seen."""

    def __init__(self, *counts: int) -> None:
        self.order: list[str] = []
        self.counts: Iterator[int] = chain(counts, repeat(0))
        self.inputs = Inputs(warm=(), counted=())

    def first(self, exchange: Exchange) -> Answer:
        self.order.append(f"first {exchange.request.target}")
        return Answer(status=200, headers=(), body=b"{}")

    def take(self, inputs: Inputs) -> None:
        self.inputs = inputs

    def warm(self) -> None:
        self.order.append(f"warm {len(self.inputs.warm)}")

    def ask(self, batch: int) -> None:
        self.order.append(f"ask {len(self.inputs.counted[batch])}")

    def check(self) -> None:
        self.order.append("check")

    def start(self, pids: Collection[int]) -> None:
        self.order.append(f"start {sorted(pids)}")

    def read(self) -> int:
        self.order.append("read")
        return next(self.counts)

    def close(self) -> None:
        self.order.append("close")


@pytest.fixture(autouse=True)
def no_idling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners.experiments.counting.launch_counts, "IDLE_S", 0.0)


def test_the_protocol_in_its_order() -> None:
    heard = Heard()
    heard.counts = chain([9, 24_000, 9, 24_120, 9, 24_240, 9, 0], repeat(0))
    counted = count(heard, heard, scenario("json"), lambda: [5, 6], idles=True)
    interval = ["read", "ask 120", "read", "check"]
    assert heard.order == [
        *("first /", "warm 900", "start [5, 6]", "ask 20", "check"),
        *interval * 3,
        *("read", "read"),
    ]
    assert [each.instructions for each in counted.intervals] == [24_000, 24_120, 24_240]
    assert {each.requests for each in counted.intervals} == {120}
    assert counted.idle is not None
    assert counted.idle.requests == 0
    assert counted.processes == 2
    assert counted.uncounted_requests == 921


def test_in_process_nothing_idles() -> None:
    heard = Heard(9, 24_000, 9, 24_000, 9, 24_000)
    assert count(heard, heard, scenario("json"), lambda: [5], idles=False).idle is None


def test_intervals_that_do_not_agree_are_an_error_that_shows_them() -> None:
    heard = Heard(9, 24_000, 9, 24_000, 9, 26_400)
    with pytest.raises(DisagreementError, match="200, 200, 220 instructions per request"):
        count(heard, heard, scenario("json"), lambda: [5], idles=False)


@pytest.mark.parametrize(
    ("dear", "later"), [((26_400, 24_000, 24_000), 120), ((24_000, 26_400, 24_000), 240)]
)
def test_the_next_attempt_begins_behind_the_dearest_interval(dear: tuple[int, ...], later: int) -> None:
    readings = [each for instructions in dear for each in (9, instructions)]
    with pytest.raises(DisagreementError) as first:
        count(Heard(*readings), Heard(*readings), scenario("json"), lambda: [5], idles=False)
    assert first.value.later == later
    assert first.value.retold(log_tail="the end of the log").later == later
    heard = Heard(*readings)
    with pytest.raises(DisagreementError) as second:
        count(heard, heard, scenario("json"), lambda: [5], idles=False, attempt=1, later=later)
    assert f"warm {900 + later}" in heard.order
    assert second.value.later == 2 * later


def test_what_comes_once_in_some_hundred_requests_is_out_of_the_way_at_last() -> None:
    """As a collection of all garbage every 450 requests, wherever it falls."""
    for phase in range(0, 450, 10):
        later = 0
        for attempt in range(ATTEMPTS):
            begun = 900 + 20 + later
            heavy = [
                24_000 + 2_400 * sum((begun + 120 * batch + n + phase) % 450 == 0 for n in range(120))
                for batch in range(3)
            ]
            readings = [each for instructions in heavy for each in (9, instructions)]
            heard = Heard(*readings)
            try:
                count(heard, heard, scenario("json"), lambda: [5], idles=False, attempt=attempt, later=later)
                break
            except DisagreementError as error:
                later = error.later
        else:
            pytest.fail(f"never out of the way: {phase}")


def interval(instructions: int, seconds: float = 1.0, requests: int = 100) -> Interval:
    return Interval(instructions=instructions, seconds=seconds, requests=requests)


def test_idling_is_taken_off_before_intervals_are_compared() -> None:
    longer = (interval(11_000, 1.0), interval(12_000, 2.0), interval(11_000, 1.0))
    must_agree(longer, interval(1_000, 1.0, 0))
    with pytest.raises(DisagreementError):
        must_agree(longer, None)
