"""What a run recorded of one pairing: trials matched by launch pair, counts of both sides, and failures."""

from __future__ import annotations

from dataclasses import dataclass

from results.model import (
    Cell,
    CostRecord,
    Failure,
    FailureStage,
    GateStage,
    Load,
    Pairing,
    Run,
    SideName,
    Trial,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTrials:
    """The two trials of one launch pair."""

    number: int
    """Number of the launch pair within its stage."""
    base: Trial
    head: Trial

    @property
    def order(self) -> int:
        """+1 where base came first, else -1."""
        return 1 if (self.base.place or 0) < (self.head.place or 0) else -1


def is_counted(pairing: Pairing) -> bool:
    """Whether the pairing is of instructions, not of load."""
    return pairing.head.load == Load.LOCKSTEP


def title(pairing: Pairing) -> str:
    """Its one name: the head's slug, with the base's before it where they differ."""
    if pairing.base == pairing.head:
        return pairing.head.slug
    return f"{pairing.base.slug} -> {pairing.head.slug}"


def matched_trials(run: Run, pairing: Pairing, stage: GateStage) -> list[MatchedTrials]:
    """Launch pairs of a stage that both sides were measured in, by number."""
    base, head = (
        {
            trial.block: trial
            for trial in run.trials
            if (trial.stage, trial.side, trial.cell) == (stage, *side)
        }
        for side in _sides(pairing)
    )
    both = sorted(base.keys() & head.keys())
    return [MatchedTrials(number=number, base=base[number], head=head[number]) for number in both]


def stages(run: Run, pairing: Pairing) -> set[GateStage]:
    """Stages in which anything of the pairing was measured."""
    return {trial.stage for trial in run.trials if (trial.side, trial.cell) in _sides(pairing)}


def counts(run: Run, pairing: Pairing) -> tuple[list[CostRecord], list[CostRecord]]:
    """The counts of base and of head, by repeat."""
    base, head = (
        sorted(
            (record for record in run.costs if (record.side, record.cell) == (side, cell)),
            key=lambda record: record.repeat,
        )
        for side, cell in _sides(pairing)
    )
    return base, head


def failures(run: Run, pairing: Pairing) -> list[Failure]:
    """Failures for which the pairing lacks something: of its cells, or of their whole stacks."""
    return [failure for failure in run.failures if is_lack(failure) and _concerns(failure, pairing)]


def is_lack(failure: Failure) -> bool:
    """Whether something that is compared is not there for it; stacks are only shown."""
    return failure.stage != FailureStage.SAMPLE


def _concerns(failure: Failure, pairing: Pairing) -> bool:
    for side, cell in _sides(pairing):
        if failure.side and failure.side != side:
            continue
        if failure.cell == cell or (failure.cell is None and failure.stack == cell.stack):
            return True
    return False


def _sides(pairing: Pairing) -> tuple[tuple[SideName, Cell], tuple[SideName, Cell]]:
    return (SideName.BASE, pairing.base), (SideName.HEAD, pairing.head)
