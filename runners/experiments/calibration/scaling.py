"""How much more load two generator processes make than one, where the machine has a CPU for each."""

from __future__ import annotations

from pathlib import Path

from runners.errors import LoadError
from runners.experiments.calibration.clients import CLIENT_WARMUP_S, rps
from runners.experiments.calibration.promises import SIDE_BY_SIDE, Promise, scaling
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
    ratios = []
    with DistributedGenerator(cpus, folder / "two.log", local=2) as double:
        for number in range(rounds):
            order = Order(
                host=HOST,
                port=port,
                scenario="plaintext",
                seed=number,
                connections=SIDE_BY_SIDE,
                warmup_s=CLIENT_WARMUP_S,
                window_s=seconds,
            )
            ratios.append(rps(double.measure(order)) / rps(single.measure(order)))
    return scaling(ratios)
