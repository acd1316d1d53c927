"""The verify stage: every launch of a plan made once without load, its scenarios held to the contract."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from results.model import Cell, Failure, Finding, Interface
from runners.errors import HotlapError, VerifyError
from runners.experiments.durations import VERIFIED_AT_ONCE
from runners.experiments.launchers import launcher_of
from runners.experiments.options import RunOptions
from runners.experiments.progress import Watcher
from runners.experiments.run_plan import plan_of
from runners.launching.launcher import Launcher
from runners.selection.discovery import discover
from runners.selection.schedule import Visit, hash_seed, visits
from runners.verify.agreement import disagreements
from runners.verify.contract import Known, Verified, verify_all

VERIFY_BLOCK = -2
"""Stands for the block in the hash seeds of launches that verify."""


@dataclass(slots=True, kw_only=True)
class Inspection:
    """What the verify stage found."""

    passed: list[Cell] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    memory_bytes: dict[str, int] = field(default_factory=dict)
    """What each server took once it had been verified, by the key of its visit."""
    launches: int = 0
    """That were to be verified."""
    seconds: float = 0.0
    """Wall time of all of them, some of which were verified at once."""

    def take(self, visit: Visit, failures: list[Failure], verified: Mapping[Cell, Verified]) -> None:
        """Add what came of one visit."""
        self.failures += failures
        failed = {failure.cell for failure in failures}
        self.passed += [cell for cell in visit.cells if cell not in failed and None not in failed]
        for cell, outcome in verified.items():
            self.findings += _findings(cell, outcome)

    def with_services(self, launches: Iterable[Visit], launcher: Launcher) -> Iterator[Visit]:
        """Launches without cells whose service cannot be had, each a failure; all others go on."""
        for visit in launches:
            kept = []
            for cell in visit.cells:
                error = launcher.lacking(launcher.scenarios[cell.scenario].needs)
                if error is None:
                    kept.append(cell)
                else:
                    self.failures.append(error.failure(visit.stack, cell))
            if kept:
                yield replace(visit, cells=tuple(kept))

    def left(self, launches: Iterable[Visit]) -> tuple[Visit, ...]:
        """Launches without the cells that failed; one that lost all of them is gone."""
        passed = set(self.passed)
        kept = (
            replace(visit, cells=tuple(cell for cell in visit.cells if cell in passed)) for visit in launches
        )
        return tuple(visit for visit in kept if visit.cells)


def verify_selection(options: RunOptions, watcher: Watcher) -> Inspection:
    """Verify the stacks of a selection and record nothing."""
    parts = discover(options.apps)
    plan, environments, failures = plan_of(options, parts, watcher)
    launches = visits(plan.cells, parts.scenarios)
    with (
        TemporaryDirectory(prefix="hotlap-") as folder,
        closing(launcher_of(plan, parts, environments, Path(folder))) as launcher,
    ):
        inspection = inspect(launches, launcher, seed=plan.setup.seed, watcher=watcher)
    inspection.failures[:0] = failures
    return inspection


def inspect(
    launches: Iterable[Visit], launcher: Launcher, *, seed: int, watcher: Watcher | None = None
) -> Inspection:
    """Make and verify every launch, then compare right answers across frameworks.

    A control is verified by its original.
    """
    watcher, inspection = watcher or Watcher(), Inspection()
    launches = tuple(inspection.with_services(launches, launcher))
    originals = [visit for visit in launches if not visit.cells[0].control]
    watcher.say(f"verifying {len(originals)} launches")
    inspection.launches, begun_s = len(originals), time.monotonic()
    answers: dict[str, dict[str, Verified]] = {}
    pool, interrupted = ThreadPoolExecutor(VERIFIED_AT_ONCE), Event()
    try:
        outcomes = [pool.submit(_visit, visit, launcher, seed, interrupted) for visit in originals]
        for done, (visit, outcome) in enumerate(zip(originals, outcomes, strict=True), 1):
            failures, verified, taken = outcome.result()
            inspection.take(visit, failures, verified)
            if taken is not None:
                inspection.memory_bytes[visit.key] = taken
            for cell, answered in verified.items():
                answers.setdefault(cell.scenario, {})[cell.stack] = answered
            watcher.verified(done, len(originals))
    except BaseException:
        interrupted.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    inspection.seconds = time.monotonic() - begun_s
    inspection.failures += _across(inspection, answers)
    for visit in launches:
        if visit.cells[0].control:
            original = replace(visit, stack=replace(visit.cells[0], control=False).stack)
            inspection.memory_bytes[visit.key] = inspection.memory_bytes.get(original.key, 0)
    controls = [cell for visit in launches for cell in visit.cells if cell.control]
    inspection.passed += [cell for cell in controls if replace(cell, control=False) in inspection.passed]
    return inspection


def _visit(
    visit: Visit, launcher: Launcher, seed: int, interrupted: Event
) -> tuple[list[Failure], dict[Cell, Verified], int | None]:
    """Failures of the visit, what was verified by cell, and the memory that the server took.

    The server is launched as one that is measured: no app can know which of both it is.
    """
    cells = {cell.scenario: cell for cell in visit.cells}
    first = visit.cells[0]
    scenarios = [launcher.scenarios[name] for name in cells]
    seeded = hash_seed(seed, VERIFY_BLOCK, visit)
    try:
        with launcher.start(visit, first=first, hash_seed=seeded, is_aborted=interrupted.is_set) as server:
            known = Known(
                event_loop=first.interface == Interface.ASGI,
                workers=first.workers,
                shares_clock=launcher.shares_clock,
                tasks=server.tasks,
            )
            outcomes = verify_all(
                server.host,
                server.port,
                scenarios,
                seed,
                known=replace(
                    known, evidence=server.leases.evidence, pool=server.leases.pool, pid=server.pid
                ),
                is_aborted=interrupted.is_set,
            )
            log, taken = server.log_tail(), server.pss_bytes()
    except HotlapError as error:
        return [error.failure(visit.stack)], {}, None
    failures = [
        VerifyError(
            "; ".join(outcomes[cell.scenario].differences[:5]),
            remedy="mend the app or the contract",
            log_tail=log,
        ).failure(visit.stack, cell)
        for cell in visit.cells
        if outcomes[cell.scenario].differences
    ]
    return failures, {cell: outcomes[name] for name, cell in cells.items()}, taken


def _findings(cell: Cell, verified: Verified) -> list[Finding]:
    return [
        Finding(
            framework=cell.framework, server=cell.server, scenario=cell.scenario, probe=about, answer=answer
        )
        for about, answer in verified.findings
    ]


def _across(inspection: Inspection, answers: Mapping[str, Mapping[str, Verified]]) -> list[Failure]:
    """Failures of the stacks whose right answers differ from most others' in the same scenario."""
    failures = []
    for scenario, by_stack in answers.items():
        odd = disagreements({stack: verified.canonical for stack, verified in by_stack.items()})
        for stack, difference in odd.items():
            for cell in [c for c in inspection.passed if c.stack == stack and c.scenario == scenario]:
                inspection.passed.remove(cell)
                error = VerifyError(
                    f"answers otherwise than the other stacks: {difference}",
                    remedy="mend the app or the contract",
                )
                failures.append(error.failure(stack, cell))
    return failures
