"""A generator that meets a server with a knee: fast up to one rate, too slow beyond it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from results.histogram import Latency
from runners.generator.messages import Measured, Order
from tests.support.fake_run import FakeGenerator

KNEE_RPS = 3_000.0


class Knee(FakeGenerator):
    """Answers at once up to its knee, and too late beyond it."""

    def measure(self, order: Order) -> Measured:
        measured = super().measure(order)
        if order.rate_rps is None:
            return measured
        waits = Latency()
        waits.record_ns(np.full(1000, 1_000_000 if order.rate_rps <= KNEE_RPS else 80_000_000))
        due = int(order.rate_rps * order.window_s)
        return replace(measured, requests=due, arrivals=due, late_sends=0, latency=waits.encode())
