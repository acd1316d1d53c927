"""Two sides ready to be measured: their plan, parts and environments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from results.model import Failure, Load, Pairing, Plan, SideName
from runners.experiments.pairs.pairing import LaunchPair, launch_pairs
from runners.experiments.pairs.provisioning import Environments, is_ready
from runners.experiments.pairs.sides import SideParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Two sides ready to be measured."""

    plan: Plan
    sides: Mapping[SideName, SideParts]
    """By side."""
    environments: Environments
    """By side, then by ``Cell.environment``."""
    failures: tuple[Failure, ...] = ()
    """What failed before anything was measured."""

    def loads(self) -> tuple[Pairing, ...]:
        """Pairings that are measured under load: those that are ready."""
        return tuple(
            pairing
            for pairing in self.plan.pairings
            if pairing.head.load != Load.LOCKSTEP and is_ready(pairing, self.environments)
        )

    def launch_pairs(self) -> tuple[LaunchPair, ...]:
        """Launch pairs of a block."""
        return launch_pairs(self.loads(), self.sides[SideName.HEAD].parts.scenarios)
