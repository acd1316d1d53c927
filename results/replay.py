"""What counts of a record: blocks that were begun again, repeated attempts and trials that proved wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from results.model import (
    BlockEnd,
    BlockStart,
    Cell,
    CostRecord,
    CostSamples,
    CostShares,
    Failure,
    FailureStage,
    Finding,
    Launch,
    LifecycleRecord,
    Plan,
    Record,
    Run,
    Trial,
)

Key = tuple[str, int, int, Cell, str]
"""Of a trial: stage, block, heat, cell and side; a stack that lives in every heat has a trial in each."""


@dataclass(slots=True)
class Replay:
    """Takes records in the order they were made; ``run`` gives what they come to."""

    plan: Plan
    _launches: list[Launch] = field(default_factory=list)
    _trials: dict[Key, Trial] = field(default_factory=dict)
    _partial: list[Trial] = field(default_factory=list)
    _costs: dict[tuple[Cell, str, int], CostRecord] = field(default_factory=dict)
    _shares: list[CostShares] = field(default_factory=list)
    _samples: dict[tuple[Cell, str], CostSamples] = field(default_factory=dict)
    _lifecycles: dict[tuple[Cell, int], LifecycleRecord] = field(default_factory=dict)
    _failures: list[Failure] = field(default_factory=list)
    _findings: list[Finding] = field(default_factory=list)
    _ends: dict[int, BlockEnd] = field(default_factory=dict)
    _latest: int | None = None

    def take(self, record: Record) -> None:
        """The next record."""
        match record:
            case Launch():
                self._launches.append(record)
            case Trial():
                self._trial(record)
            case CostRecord() | CostShares() | CostSamples():
                self._cost(record)
            case LifecycleRecord():
                self._lifecycles[record.cell, record.repeat] = record
            case Failure():
                self._failure(record)
            case Finding():
                self._findings.append(record)
            case BlockStart():
                self._begin(record.block)
            case BlockEnd():
                self._ends[record.block] = record

    def run(self, problems: tuple[str, ...]) -> Run:
        """What counts: complete blocks and the latest one, of each cell the last attempt."""
        counting = self._ends.keys() | {self._latest}
        for key in [key for key, trial in self._trials.items() if trial.block not in counting]:
            self._set_aside(key)
        return Run(
            plan=self.plan,
            launches=tuple(self._launches),
            trials=tuple(self._trials.values()),
            partial=tuple(self._partial),
            costs=tuple(self._costs.values()),
            shares=tuple(self._shares),
            samples=tuple(self._samples.values()),
            lifecycles=tuple(self._lifecycles.values()),
            failures=tuple(self._failures),
            findings=tuple(self._findings),
            blocks=tuple(self._ends[block] for block in sorted(self._ends)),
            problems=problems,
        )

    def _begin(self, block: int) -> None:
        """A block begun again is measured again whole, so what it had before counts no more."""
        for key in [key for key, trial in self._trials.items() if trial.block == block]:
            self._set_aside(key)
        self._failures = [failure for failure in self._failures if failure.block != block]
        self._ends.pop(block, None)
        self._latest = block

    def _cost(self, record: CostRecord | CostShares | CostSamples) -> None:
        match record:
            case CostRecord():
                self._costs[record.cell, record.side, record.repeat] = record
            case CostShares():
                self._shares.append(record)
            case CostSamples():
                self._samples[record.cell, record.side] = record

    def _trial(self, trial: Trial) -> None:
        key = (trial.stage, trial.block, trial.heat, trial.cell, trial.side)
        self._set_aside(key)
        self._trials[key] = trial
        self._latest = trial.block

    def _failure(self, failure: Failure) -> None:
        """A stack found wrong right after a trial was wrong in it: that trial is no measurement."""
        self._failures.append(failure)
        if failure.stage == FailureStage.VERIFY_AFTER and failure.cell and failure.block is not None:
            for key in [
                key
                for key, trial in self._trials.items()
                if (trial.block, trial.cell, trial.side) == (failure.block, failure.cell, failure.side)
            ]:
                self._set_aside(key)

    def _set_aside(self, key: Key) -> None:
        if trial := self._trials.pop(key, None):
            self._partial.append(trial)
