"""Several generators for tests: how much of their windows is common is a matter of time, and ignored."""

from __future__ import annotations

from runners.generator.distributed_client import DistributedGenerator


class LenientGenerator(DistributedGenerator):
    """Several generators under a master that accepts windows which a busy machine has set apart."""

    def _command(self) -> list[str]:
        return ["tests.support.lenient_master", *super()._command()[1:]]
