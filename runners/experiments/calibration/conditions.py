"""The conditions that every measurement of a calibration shares: CPUs, generator, how long and how often."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runners.experiments.calibration.client_comparison import ClientComparison, Echo, compare_clients
from runners.experiments.calibration.clients import MeasuringPoint
from runners.experiments.calibration.responder import HOST
from runners.generator.client import Generator
from runners.machine.facts import require_linux
from runners.machine.placement import choose_cpus, may_stay_awake


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """A folder, the CPUs, the generator, how long and how often."""

    folder: Path
    server_cpus: tuple[int, ...]
    generator_cpus: tuple[int, ...]
    generator: Generator
    rounds: int
    seconds: float
    echo: Echo

    def point(self, port: int, shape: str, connections: int, *, host: str = HOST) -> MeasuringPoint:
        """Where clients are measured: one server, one shape, a number of connections."""
        return MeasuringPoint(
            folder=self.folder,
            host=host,
            port=port,
            shape=shape,
            connections=connections,
            seconds=self.seconds,
            cpus=self.generator_cpus,
            generator=self.generator,
            awake=may_stay_awake(self.server_cpus, self.generator_cpus),
        )

    def compare(
        self, point: MeasuringPoint, clients: Sequence[str], against: str, notes: list[str]
    ) -> ClientComparison:
        """The pump and ``clients`` at ``point``, in turn; ``notes`` says who could not be measured."""
        return compare_clients(
            point, clients, against=against, rounds=self.rounds, echo=self.echo, notes=notes
        )


@contextmanager
def begin_calibration(rounds: int, seconds: float, echo: Echo) -> Iterator[Conditions]:
    """Conditions with a folder and a generator that last as long as the calibration."""
    require_linux()
    server_cpus, generator_cpus = choose_cpus(1)
    with tempfile.TemporaryDirectory(prefix="hotlap-") as name:
        folder = Path(name)
        with Generator(generator_cpus, folder / "generator.log") as generator:
            yield Conditions(
                folder=folder,
                server_cpus=server_cpus,
                generator_cpus=generator_cpus,
                generator=generator,
                rounds=rounds,
                seconds=seconds,
                echo=echo,
            )
