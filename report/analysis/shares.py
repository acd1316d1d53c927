"""Where a request goes, as shares: of samples, or of the instructions that older records hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from report.analysis.flames import Profile, boundary_shares, layer_shares
from results.model import Cell, CostShares, SideName


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares of one cell by one thing."""

    cell: Cell
    side: SideName
    by: str
    """``function`` (inclusive, at boundaries), ``layer`` or, in older records, ``object`` (exclusive)."""
    shares: Mapping[str, float]
    tool: str
    python: str
    samples: int | None = None
    """What they are shares of; None: of instructions."""

    @property
    def what(self) -> str:
        """What they are shares of, in a word."""
        return "instructions" if self.samples is None else "samples"


def all_shares(recorded: Iterable[CostShares], profiles: Iterable[Profile]) -> tuple[Shares, ...]:
    """Those that older records hold, then those of what was sampled; of one side of a comparison none."""
    older = (
        Shares(
            cell=shares.cell,
            side=shares.side,
            by=shares.by,
            shares=shares.shares,
            tool=shares.tool,
            python=shares.python,
        )
        for shares in recorded
        if not shares.side
    )
    return (*older, *(shares for profile in profiles for shares in _of_profile(profile)))


def _of_profile(profile: Profile) -> Iterator[Shares]:
    record = profile.record
    kinds = {"function": boundary_shares(profile.stacks), "layer": layer_shares(profile.stacks)}
    for by, told in kinds.items():
        if told:
            yield Shares(
                cell=record.cell,
                side=record.side,
                by=by,
                shares=told,
                tool=record.tool,
                python=record.python,
                samples=profile.total,
            )
