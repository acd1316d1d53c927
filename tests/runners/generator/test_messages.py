from __future__ import annotations

from dataclasses import fields

import pytest

from results.model import Trial
from runners.generator.messages import Failed, Measured, Order, Ready, from_line, to_line

ORDER = Order(
    host="127.0.0.1",
    port=80,
    scenario="json",
    seed=7,
    connections=64,
    warmup_s=0.25,
    window_s=0.7,
    server_pid=12,
    cgroup="/c",
    cpus=(0, 1),
)
MEASURED = Measured(
    started_unix_s=1.5,
    warmup_s=0.25,
    warmup_slope=None,
    window_s=0.7,
    requests=3,
    errors={"closed": 1},
    latency="x",
    in_flight_mean=64.0,
    in_flight_end=64,
    checked_full=1,
    generator_cpu_ns=5,
    generator_idle_s=0.1,
    generator_wait_us=3.5,
)


@pytest.mark.parametrize("message", [ORDER, MEASURED, Ready(pid=3), Failed(message="m", remedy="r")])
def test_messages_come_back_as_they_were(message: Order | Measured | Ready | Failed) -> None:
    line = to_line(message)

    assert line.endswith("\n")
    assert "\n" not in line[:-1]
    assert from_line(line) == from_line(line.encode()) == message


@pytest.mark.parametrize(
    "line",
    [
        *("", "x", "[]", "{}", '{"Order": {}}', '{"Other": {}}'),
        *('{"Ready": {"pid": 1, "x": 2}}', '{"Ready": 1}'),
        *('{"Ready": {"pid": "1"}}', '{"Ready": {"pid": NaN}}', '{"Ready": {"pid": 1}', "[" * 100_000),
    ],
)
def test_what_is_no_message(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_line(line)


def test_numbers_that_are_none_are_not_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_line(Ready(pid=float("nan")))  # type: ignore[arg-type] # that is the point


def test_everything_measured_is_a_field_of_a_trial() -> None:
    assert {each.name for each in fields(Measured)} <= {each.name for each in fields(Trial)}
