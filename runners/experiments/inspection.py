"""The verify stage: every visit launched once without load, each scenario held against the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from results.model import Cell, Failure, Finding
from runners.errors import HotlapError, VerifyError
from runners.experiments.progress import Watcher
from runners.launching.launcher import Launcher
from runners.selection.schedule import Visit
from runners.verify.agreement import disagreements
from runners.verify.contract import Verified, verify

AT_ONCE = 2
"""Launches that verify side by side: nothing is timed here."""


@dataclass(slots=True, kw_only=True)
class Inspection:
    """What the verify stage found."""

    passed: list[Cell] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, visit: Visit, failures: list[Failure], verified: Mapping[Cell, Verified]) -> None:
        """Add what came of one visit."""
        self.failures += failures
        failed = {failure.cell for failure in failures}
        self.passed += [cell for cell in visit.cells if cell not in failed and None not in failed]
        for cell, one in verified.items():
            self.findings += _findings(cell, one)

    def left(self, visits: Iterable[Visit]) -> tuple[Visit, ...]:
        """Visits without the cells that failed; one that lost all of them is gone."""
        passed = set(self.passed)
        kept = (replace(v, cells=tuple(cell for cell in v.cells if cell in passed)) for v in visits)
        return tuple(visit for visit in kept if visit.cells)


def inspect(
    visits: Iterable[Visit], launcher: Launcher, *, seed: int, watcher: Watcher | None = None
) -> Inspection:
    """Launch and verify every visit, then compare right answers across frameworks.

    A control is verified by its original.
    """
    visits, watcher = tuple(visits), watcher or Watcher()
    originals = [visit for visit in visits if not visit.cells[0].control]
    watcher.say(f"verifying {len(originals)} launches")
    found = Inspection()
    answers: dict[str, dict[str, Verified]] = {}
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        outcomes = [pool.submit(_visit, visit, launcher, seed) for visit in originals]
        for done, (visit, outcome) in enumerate(zip(originals, outcomes, strict=True), 1):
            failures, verified = outcome.result()
            found.take(visit, failures, verified)
            for cell, one in verified.items():
                answers.setdefault(cell.scenario, {})[cell.stack] = one
            watcher.verified(done, len(originals))
    finally:
        pool.shutdown(cancel_futures=True)
    found.failures += _across(found, answers)
    found.passed += [c for visit in visits for c in visit.cells if c.control and _original(c) in found.passed]
    return found


def _visit(visit: Visit, launcher: Launcher, seed: int) -> tuple[list[Failure], dict[Cell, Verified]]:
    failures: list[Failure] = []
    verified: dict[Cell, Verified] = {}
    try:
        with launcher.start(visit, first=visit.cells[0], hash_seed="0", verifying=True) as server:
            for cell in {cell.scenario: cell for cell in visit.cells}.values():
                verified[cell] = one = verify(
                    server.host,
                    server.port,
                    launcher.scenarios[cell.scenario],
                    seed,
                    verifying=launcher.verifies,
                )
                if one.differences:
                    error = VerifyError("; ".join(one.differences[:5]), remedy="mend the app or the contract")
                    error.log_tail = server.log_tail()
                    failures += [
                        error.failure(visit.stack, other)
                        for other in visit.cells
                        if other.scenario == cell.scenario
                    ]
    except HotlapError as error:
        return [error.failure(visit.stack)], {}
    return failures, verified


def _findings(cell: Cell, verified: Verified) -> list[Finding]:
    return [
        Finding(
            framework=cell.framework, server=cell.server, scenario=cell.scenario, probe=about, answer=answer
        )
        for about, answer in verified.findings
    ]


def _across(found: Inspection, answers: Mapping[str, Mapping[str, Verified]]) -> list[Failure]:
    """Failures of the stacks whose right answers differ from most others' in the same scenario."""
    failures = []
    for scenario, by_stack in answers.items():
        odd = disagreements({stack: one.canonical for stack, one in by_stack.items()})
        for stack, difference in odd.items():
            for cell in [c for c in found.passed if c.stack == stack and c.scenario == scenario]:
                found.passed.remove(cell)
                error = VerifyError(
                    f"answers otherwise than the other stacks: {difference}",
                    remedy="mend the app or the contract",
                )
                failures.append(error.failure(stack, cell))
    return failures


def _original(cell: Cell) -> Cell:
    return replace(cell, control=False)
