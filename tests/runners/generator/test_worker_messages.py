from __future__ import annotations

from dataclasses import asdict

import pytest

from results.model import Arrivals
from runners.errors import LoadError
from runners.generator.messages import Order
from runners.generator.worker_clocks import WorkerClocks
from runners.generator.worker_messages import Assignment, Clock, Hello, from_data

ORDER = Order(
    host="h",
    port=1,
    scenario="json",
    seed=7,
    connections=10,
    rate_rps=1000.0,
    arrivals=Arrivals.POISSON,
    warmup_s=0.1,
    window_s=1.0,
    server_pid=5,
    cgroup="/c",
    cpus=(0, 1),
)


def test_an_order_crosses_over_unchanged() -> None:
    data = asdict(Assignment(trial=1, order=ORDER, patience_s=1.0))
    data["order"]["cpus"] = list(data["order"]["cpus"])  # as msgpack has it
    assert from_data(Assignment, data).order == ORDER


@pytest.mark.parametrize("data", [None, {}, {"trial": 1, "what": 2}])
def test_what_is_no_message_is_said(data: object) -> None:
    with pytest.raises(LoadError, match="no Assignment"):
        from_data(Assignment, data)


def test_messages_come_back_as_they_went() -> None:
    hello = Hello(identity="1", pid=2, machine="m")
    assert from_data(Hello, asdict(hello)) == hello
    assert from_data(Clock, asdict(Clock(asked_ns=2**60))).asked_ns == 2**60


def test_of_several_clock_answers_the_quickest_counts() -> None:
    clocks = WorkerClocks(["a", "b"])
    clocks.take("a", Clock(asked_ns=1000, at_ns=6500), 2000)
    clocks.take("a", Clock(asked_ns=3000, at_ns=8100), 3200)
    assert clocks.ahead_ns("a") == 5000
    assert clocks.longest_trip_ns() == 200
    assert clocks.has_answered(2, "a")
    assert not clocks.has_answered(1, "b")
