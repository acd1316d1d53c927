from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, repeat

import pytest

import runners.experiments.counting.launch_counts
from results.model import Interval
from runners.experiments.counting.inputs import Inputs
from runners.experiments.counting.launch_counts import DisagreementError, count, must_agree
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


def interval(instructions: int, seconds: float = 1.0, requests: int = 100) -> Interval:
    return Interval(instructions=instructions, seconds=seconds, requests=requests)


def test_idling_is_taken_off_before_intervals_are_compared() -> None:
    longer = (interval(11_000, 1.0), interval(12_000, 2.0), interval(11_000, 1.0))
    must_agree(longer, interval(1_000, 1.0, 0))
    with pytest.raises(DisagreementError):
        must_agree(longer, None)
