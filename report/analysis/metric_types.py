"""What the declaration of a metric says: where its values are read, how it is said, shown and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from results.model import CostRecord, Load, Trial, Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class PerTurn:
    """The ratio of two numbers that every turn of a leg has."""

    numerators: Callable[[Turns], tuple[int, ...]]
    """By turn; empty where they were not measured."""
    denominators: Callable[[Turns], tuple[int, ...]]
    """By turn."""
    scale: float = 1.0
    """From the unit of the ratio to that of the metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromTrial:
    """Read from the recorded facts of one trial."""

    read: Callable[[Trial], float | None]
    """None where the trial does not have it."""
    per_turn: PerTurn | None = None
    """How each turn of a leg tells it, so that it can be given at the mean speed of the machine; None: a leg
    has it as a whole window does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromLatency:
    """A percentile of the histogram of latency, in us."""

    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FromCount:
    """Read from one count of instructions."""

    read: Callable[[CostRecord], float]
    """ValueError where the record is no count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Which differences of a metric matter, as shares: 0.01 is 1%."""

    least: float
    """Smaller ones are no regression, however sure they are."""
    must_not_pass: float
    """One this large must be seen: what cannot exclude it is not fine."""
    screen_p: float = 0.2
    """Under load: a cell whose screen has a lower one-sided p is measured again on fresh pairs."""

    def __post_init__(self) -> None:
        if not 0 < self.least <= self.must_not_pass:
            raise ValueError(f"wanted 0 < least ({self.least:g}) <= must not pass ({self.must_not_pass:g})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSides:
    """How two sides are compared by a metric."""

    effects: Effects
    least_requests: int = 0
    """A trial with fewer says nothing of a difference; of turns of open load, all of a stage together."""
    least_in_turns: int = 0
    """Turns of open load with fewer requests in one launch say nothing of it at all."""
    absent: str = ""
    """Why one trial has no value, where that is said otherwise than of a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How values of a metric are shown to people."""

    unit: str
    factor: float = 1.0
    """From the metric's own unit to this one."""
    heading: str = ""
    """Above a column of a terminal, where the title would be too long."""
    columns: Mapping[Load, int] = field(default_factory=dict)
    """Place among the columns of a table of cells under each load; none where it is not shown there."""
    section: str = ""
    """Section of the page whose tables have it as a column."""
    label: str = ""
    """Above that column, where it is not the title."""
    extremes: tuple[str, str] = ("", "")
    """What the section's answer says before and after its least and most; empty where it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantity:
    """A number that every trial (or count) has: a column of the table of trials."""

    name: str
    """Column, key in JSON, with the unit at its end."""
    source: FromTrial | FromLatency | FromCount


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metric(Quantity):
    """A quantity that cells are summarised, shown and compared by."""

    title: str
    noun: str
    """Its name within a sentence."""
    unit: str
    """Unit of its values in records of trials, JSON and comparisons; ``shown`` has that of tables."""
    best: str
    """What the one that is best in it is called."""
    absent: str
    """Why a cell has no level, where none of its trials has a value."""
    higher_is_better: bool = False
    loads: tuple[Load, ...] = (Load.CLOSED, Load.OPEN)
    """Under which stacks are compared by it."""
    at_equal_load: bool = False
    """Whether it depends on how busy the server was, so that it is compared at equal load only."""
    shown: Shown
    two_sides: TwoSides | None = None
    """None where two sides are not compared by it."""

    @property
    def heading(self) -> str:
        """Above a column where there is little room."""
        return self.shown.heading or self.title

    @property
    def label(self) -> str:
        """Above a column of the page."""
        return self.shown.label or self.title

    @property
    def absent_in_trial(self) -> str:
        """Why a trial has no value, where two sides are compared."""
        return (self.two_sides.absent if self.two_sides else "") or self.absent

    @property
    def least_requests(self) -> int:
        """A trial with fewer requests says nothing of a difference in it."""
        return self.two_sides.least_requests if self.two_sides else 0

    @property
    def least_in_turns(self) -> int:
        """Turns of open load with fewer requests in one launch say nothing of it."""
        return self.two_sides.least_in_turns if self.two_sides else 0
