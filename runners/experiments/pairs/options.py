"""What a comparison measured now is asked for: of each side, of both, and of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from results.model import BOTH_SIDES, Arrivals, PlanKind
from runners.errors import PlanError
from runners.selection.matrix import Selection
from runners.selection.rates import DEFAULT_ARRIVALS, Rate

PAIRS = 8
"""Launch pairs of a cell unless asked otherwise."""
COUNTED_S = 1.6
"""``PairOptions.counted_s`` of a comparison, and length of its open windows, unless asked otherwise."""
GATE_PAIRS, GATE_COUNTED_S, GATE_OPEN_S = 5, 0.7, 0.5
"""The same of a gate: launches of a pair differ by more than turns do, so that many short ones tell most."""
OPEN_TURN_S = 0.05
"""How long a turn of an open load is to be: as many requests as are due in that time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOptions:
    """What was asked of one side; as it stands, everything is as locked."""

    overrides: tuple[str, ...] = ()
    """As ``--with`` takes them; a bare name means the lock's version."""
    python: str | None = None
    revision: str | None = None
    """Git revision, ``worktree`` or folder that the apps come from."""
    framework: str | None = None
    server: str | None = None

    @property
    def moved(self) -> tuple[str, ...]:
        """Overrides without bare names, which override nothing."""
        return tuple(text for text in self.overrides if not is_bare(text))

    @property
    def bare(self) -> tuple[str, ...]:
        """Names that were given without a version."""
        return tuple(text for text in self.overrides if is_bare(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class SidesOptions:
    """What was asked of both sides."""

    base: SideOptions = field(default_factory=SideOptions)
    head: SideOptions = field(default_factory=SideOptions)

    def must_make_sense(self) -> None:
        """Raise PlanError where the two do not differ, or an option of one side needs its twin."""
        if self.base == self.head == SideOptions():
            raise PlanError(
                "nothing tells base and head apart",
                remedy="name two recorded runs, or give --base/--head, --base-python, --base-rev, "
                "--base-server or --base-framework (--base-rev worktree --head-rev worktree shows the noise)",
            )
        for name in ("framework", "server"):
            values = getattr(self.base, name), getattr(self.head, name)
            if (values[0] is None) != (values[1] is None):
                missing, there = BOTH_SIDES if values[0] is None else reversed(BOTH_SIDES)
                raise PlanError(
                    f"--{there}-{name} needs --{missing}-{name} beside it",
                    remedy=f"give both, or --{name} for both sides alike",
                )

    @property
    def apart(self) -> frozenset[str]:
        """Fields in which the cells of the two sides differ by intention: ``framework``, ``server``."""
        return frozenset(name for name in ("framework", "server") if getattr(self.base, name) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions:
    """Everything that a comparison measured now is asked for."""

    sides: SidesOptions
    selection: Selection
    apps: Path | None = None
    """Folder of the app files of a side that names no revision; None: hotlap's own."""
    pairs: int = PAIRS
    counted_s: float = COUNTED_S
    """Time that is counted of each side in one launch pair, in turns or in one window."""
    open_s: float = COUNTED_S
    """The same of an open load."""
    rates: tuple[Rate, ...] = ()
    """Rates of an open load; empty: closed load."""
    arrivals: Arrivals = DEFAULT_ARRIVALS
    seed: int | None = None
    pythons: tuple[str, ...] = ()
    """Interpreters of a side that names none, versions or paths; of several each cell is compared on each."""
    command: tuple[str, ...] = ()
    kind: PlanKind = PlanKind.COMPARE


def is_bare(text: str) -> bool:
    """Whether an override is a package's name and nothing else."""
    try:
        requirement = Requirement(text.strip())
    except InvalidRequirement:
        return False
    return not requirement.specifier and requirement.url is None
