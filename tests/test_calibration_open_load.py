from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from results.histogram import Latency
from runners.calibration.open_load import PERCENTILES, Stalls, open_lateness, stopping, under_stalls
from runners.errors import LoadError
from runners.load.messages import Measured, Order


def latency(*values_us: float) -> Latency:
    made = Latency()
    made.record_ns(np.array(values_us) * 1000)
    return made


MEASURED = Measured(
    started_unix_s=0,
    warmup_s=0.25,
    warmup_slope=None,
    window_s=1,
    requests=1,
    latency=latency(100).encode(),
    in_flight_mean=1,
    in_flight_end=0,
    checked_full=0,
    generator_cpu_ns=1,
    generator_idle_s=0,
    generator_wait_us=1,
)


@dataclass
class Fake:
    facts: dict[str, object]
    orders: list[Order] = field(default_factory=list)

    def measure(self, order: Order) -> Measured:
        self.orders.append(order)
        return Measured(**{**{name: getattr(MEASURED, name) for name in MEASURED.__slots__}, **self.facts})


def simulated_us(stalls: Stalls, rate_rps: float, capacity_rps: float, takes_s: float) -> list[float]:
    """One server, first come first served, that works on nothing while it is stopped."""
    due_s = np.arange(0, 4 * stalls.every_s, 1 / rate_rps)
    free_s, found = 0.0, []
    for each in due_s:
        begin_s = max(free_s, each)
        if begin_s % stalls.every_s < stalls.stop_s:
            begin_s += stalls.stop_s - begin_s % stalls.every_s
        free_s = begin_s + 1 / capacity_rps
        found.append((begin_s + takes_s - each) * 1e6)
    return [float(each) for each in np.percentile(found, PERCENTILES)]


@pytest.mark.parametrize(
    ("stalls", "capacity_rps"),
    [
        (Stalls(stop_s=0.5, every_s=5), 10_000),
        (Stalls(stop_s=0.2, every_s=1), 4_000),
        (Stalls(stop_s=0.3, every_s=1), 5_000),
    ],
)
def test_what_is_expected_is_what_a_queue_gives(stalls: Stalls, capacity_rps: float) -> None:
    expected = stalls.expected_us(PERCENTILES, latency(100), 1000 / capacity_rps)

    assert expected == pytest.approx(simulated_us(stalls, 1000, capacity_rps, 100e-6), rel=0.02, abs=300)


def test_what_a_server_takes_otherwise_is_in_the_expectation() -> None:
    assert Stalls(stop_s=0.1, every_s=1).expected_us([50], latency(200, 300, 5000), 0)[0] == pytest.approx(
        300, rel=0.01
    )


def test_the_share_of_punctual_sends() -> None:
    fake = Fake({"arrivals": 1000, "late_sends": 3})

    assert open_lateness(fake, "h", 1, rate_rps=5000, window_s=2) == pytest.approx(0.997)
    assert (fake.orders[0].rate_rps, fake.orders[0].arrivals, fake.orders[0].window_s) == (
        5000,
        "constant",
        2,
    )


@pytest.mark.parametrize("facts", [{}, {"errors": {"refused": 3}}])
def test_a_load_that_went_wrong_is_no_figure(facts: dict[str, object]) -> None:
    with pytest.raises(LoadError):
        open_lateness(Fake(facts), "h", 1, rate_rps=5000, window_s=2)


@pytest.mark.parametrize(("rate_rps", "connections"), [(1000.0, 64), (None, 1)])
def test_load_under_stalls_takes_whole_periods(rate_rps: float | None, connections: int) -> None:
    fake = Fake({})
    with subprocess.Popen(["sleep", "60"]) as process:
        found = under_stalls(
            fake, "h", 1, process.pid, Stalls(stop_s=0.1, every_s=0.2), rate_rps=rate_rps, periods=3
        )
        process.kill()

    assert found.count == 1
    (order,) = fake.orders
    assert order.window_s == pytest.approx(0.6)
    assert (order.rate_rps, order.connections) == (rate_rps, connections)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_process_is_stopped_again_and_again_and_goes_on_in_the_end() -> None:
    seen: list[str] = []
    with subprocess.Popen(["sleep", "60"]) as process:
        with stopping(process.pid, Stalls(stop_s=0.05, every_s=0.1)):
            deadline_s = time.monotonic() + 10
            while "".join(seen).count("ST") < 2 and time.monotonic() < deadline_s:
                seen.append(state(process.pid))
                threading.Event().wait(0.005)
        assert "".join(seen).count("ST") >= 2
        assert state(process.pid) == "S"
        process.kill()


def test_a_process_that_is_gone_stops_nothing() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
        with stopping(process.pid, Stalls(stop_s=0.01, every_s=0.02)):
            threading.Event().wait(0.05)
