from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from results.histogram import Latency
from runners.errors import LoadError
from runners.experiments.calibration.clients import MeasuringPoint
from runners.experiments.calibration.open_load import open_lateness, under_stalls
from runners.experiments.calibration.stalls import Stalls
from runners.generator.client import Generator
from runners.generator.messages import Measured, Order


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
class Fake(Generator):
    facts: dict[str, object]
    orders: list[Order] = field(default_factory=list)

    def measure(self, order: Order) -> Measured:
        self.orders.append(order)
        return Measured(**{**{name: getattr(MEASURED, name) for name in MEASURED.__slots__}, **self.facts})


def point(folder: Path, fake: Fake) -> MeasuringPoint:
    return MeasuringPoint(
        folder=folder,
        host="h",
        port=1,
        shape="plaintext",
        connections=1,
        seconds=1,
        cpus=(),
        generator=fake,
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


def test_three_clients_feel_stalls_over_whole_periods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake({})
    asked: list[tuple[float, dict[str, object]]] = []
    stalls = Stalls(stop_s=0.1, every_s=0.2, delay_s=0.05)

    def waits(point: MeasuringPoint, **load: object) -> Latency:
        asked.append((point.seconds, load))
        return latency(70)

    monkeypatch.setattr(MeasuringPoint, "waits", waits)
    with subprocess.Popen(["sleep", "60"]) as process:
        felt = under_stalls(point(tmp_path, fake), process.pid, stalls, rate_rps=1000, periods=3)
        process.kill()

    offered, closed = fake.orders
    assert (offered.rate_rps, offered.arrivals) == (1000, "constant")
    assert (closed.rate_rps, closed.connections) == (None, 50)
    assert {round(order.window_s, 6) for order in fake.orders} == {0.6}
    assert {order.warmup_s for order in fake.orders} == {0.2}
    ((asked_s, load),) = asked
    assert asked_s == pytest.approx(0.6)
    assert load == {"users": 60, "rate_rps": 1000}
    assert felt.open_us == felt.closed_us == pytest.approx((100,) * 4)
    assert felt.stock_us == pytest.approx((70,) * 4)
