"""What open load promises, as measurements: requests on time, and stalls felt in full."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count

import numpy as np

from results.histogram import Latency
from runners.errors import LoadError
from runners.load.messages import Measured, Order
from runners.load.schedule import CONSTANT
from runners.measure import Measurer

PERCENTILES = (50.0, 90.0, 99.0, 99.9)
INSTANTS, QUANTILES = 10_000, 200
"""Points of the period and of the undisturbed latency that an expectation is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalls:
    """A server that stands still for ``stop_s`` at the end of every ``every_s``."""

    stop_s: float = 0.5
    every_s: float = 5.0

    def expected_us(self, q: Sequence[float], base: Latency, utilisation: float) -> list[float]:
        """Percentiles ``q`` of the latency at a constant rate, counted from when a request was due.

        A request due ``t`` after the server stopped waits for the rest of the stop, and then behind those
        due before it: ``utilisation * t``, rate over capacity. What it takes otherwise is ``base``.
        """
        due_s = (np.arange(INSTANTS) + 0.5) / INSTANTS * self.every_s
        waits_us = np.maximum(self.stop_s - due_s * (1 - utilisation), 0) * 1e6
        takes_us = base.percentiles((np.arange(QUANTILES) + 0.5) / QUANTILES * 100)
        return [float(each) for each in np.percentile(waits_us[:, None] + takes_us, q)]


def open_lateness(generator: Measurer, host: str, port: int, *, rate_rps: float, window_s: float) -> float:
    """Share of requests that went out within 1 ms of when they were due; raises LoadError."""
    measured = _measure(generator, host, port, rate_rps=rate_rps, window_s=window_s)
    if not measured.arrivals or measured.late_sends is None:
        raise LoadError("the generator did not say how many requests went out late")
    return 1 - measured.late_sends / measured.arrivals


def undisturbed(generator: Measurer, host: str, port: int, *, rate_rps: float, window_s: float) -> Latency:
    """Latency at a constant rate of a server that nobody stops."""
    return Latency.decode(_measure(generator, host, port, rate_rps=rate_rps, window_s=window_s).latency)


def under_stalls(
    generator: Measurer,
    host: str,
    port: int,
    pid: int,
    stalls: Stalls,
    *,
    rate_rps: float | None,
    periods: int,
) -> Latency:
    """Latency over whole periods of a server whose process is stopped; closed load without a rate."""
    window_s = periods * stalls.every_s
    with stopping(pid, stalls):
        measured = _measure(generator, host, port, rate_rps=rate_rps, window_s=window_s)
    return Latency.decode(measured.latency)


@contextmanager
def stopping(pid: int, stalls: Stalls) -> Iterator[None]:
    """Stop a process again and again (SIGSTOP, SIGCONT); it goes on when this ends."""
    done = threading.Event()
    begun_s = time.monotonic()

    def sleep_until(since_begin_s: float) -> bool:
        return done.wait(max(begun_s + since_begin_s - time.monotonic(), 0))

    def stop_and_go() -> None:
        with suppress(ProcessLookupError):
            for number in count(1):
                if sleep_until(number * stalls.every_s - stalls.stop_s):
                    return
                os.kill(pid, signal.SIGSTOP)
                sleep_until(number * stalls.every_s)
                os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=stop_and_go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _measure(
    generator: Measurer, host: str, port: int, *, rate_rps: float | None, window_s: float
) -> Measured:
    """A window of plaintext at a constant rate, or of closed load over one connection."""
    measured = generator.measure(
        Order(
            host=host,
            port=port,
            scenario="plaintext",
            seed=0,
            connections=64 if rate_rps else 1,
            rate_rps=rate_rps,
            arrivals=CONSTANT if rate_rps else None,
            warmup_s=0.25,
            window_s=window_s,
        )
    )
    if measured.errors:
        raise LoadError(f"errors while calibrating: {measured.errors}; {measured.error_example}")
    return measured
