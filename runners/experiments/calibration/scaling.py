"""How much more load two generator processes make than one, where the machine has a CPU for each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from runners.errors import LoadError
from runners.experiments.calibration.promises import Promise, scaling
from runners.experiments.calibration.responder import HOST
from runners.generator.client import Generator
from runners.generator.distributed_client import DistributedGenerator
from runners.generator.messages import Order
from runners.machine.placement import choose_cpus


def two_processes(folder: Path, port: int, single: Generator, *, rounds: int, seconds: float) -> Promise:
    """The ratio, against the responder on ``port``; raises LoadError, saying why, where there is none."""
    _, cpus = choose_cpus(1, 2)
    if len(cpus) < 2:  # noqa: PLR2004 - two processes
        raise LoadError(
            "two generator processes: not measured, it needs three CPUs, one of them for the server"
        )
    order = Order(
        host=HOST, port=port, scenario="plaintext", seed=0, connections=64, warmup_s=0.25, window_s=seconds
    )
    with DistributedGenerator(cpus, folder / "two.log", local=2) as double:
        ratios = [
            _throughput(double, replace(order, seed=number))
            / _throughput(single, replace(order, seed=number))
            for number in range(rounds)
        ]
    return scaling(ratios)


def _throughput(generator: Generator, order: Order) -> float:
    measured = generator.measure(order)
    return measured.requests / measured.window_s
