"""How much more load two generator processes make than one, where the machine has a CPU for each."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

from runners.calibration.responder import HOST
from runners.load.client import Generator
from runners.load.distributed import Distributed
from runners.load.messages import Order
from runners.machine import choose_cpus

WANTED = 1.8
"""Two processes on two free cores should make so many times the load of one."""


def two_processes(folder: Path, port: int, one: Generator, *, rounds: int, seconds: float) -> str:
    """The ratio in words, against the responder on ``port``, or why there is none."""
    _, cpus = choose_cpus(1, 2)
    if len(cpus) < 2:  # noqa: PLR2004 - two processes
        return "two generator processes: not measured, it needs three CPUs, one of them for the server"
    order = Order(
        host=HOST, port=port, scenario="plaintext", seed=0, connections=64, warmup_s=0.25, window_s=seconds
    )
    with Distributed(cpus, folder / "two.log", local=2) as two:
        ratios = [
            _throughput(two, replace(order, seed=number)) / _throughput(one, replace(order, seed=number))
            for number in range(rounds)
        ]
    ratio = statistics.median(ratios)
    return f"two generator processes make {ratio:.2f} times the load of one ({WANTED} wanted)"


def _throughput(generator: Generator, order: Order) -> float:
    measured = generator.measure(order)
    return measured.requests / measured.window_s
