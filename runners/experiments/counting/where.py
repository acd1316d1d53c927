"""Where the instructions of a cell go: shares from a launch of its own, by function and by shared object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

from results.model import CostShares, InstructionCounter, SharesBy
from runners.errors import CostError, PlanError
from runners.experiments.counting.boundaries import HANDLER, Boundaries
from runners.experiments.counting.callgrind import CallgrindReading
from runners.experiments.counting.callgrind_dumps import RUN_TIME_CODE, Profile, perf_map
from runners.experiments.counting.cost_cell import CostCell
from runners.experiments.counting.counter import Reading
from runners.experiments.counting.inputs import inputs, ring_of, work_bytes
from runners.experiments.counting.lockstep import Asker
from scenarios.exchange import Scenario

NAMED_SINCE = (3, 12)
"""Interpreters that can give each Python function machine code of its own."""
VARIABLES: Mapping[str, str] = {"PYTHONPERFSUPPORT": "1"}
"""Environment in which an interpreter gives functions machine code of their own and writes perf maps."""
MAPS = Path("/tmp")  # noqa: S108 - where CPython writes perf maps, whatever TMPDIR says
SMALL = 0.001
"""Shared objects that take less are told together."""
OTHERS = "others"


def must_be_callgrind(name: str) -> None:
    """Raise PlanError for a counter that cannot tell where instructions go."""
    if name != InstructionCounter.CALLGRIND:
        raise PlanError(f"--where needs callgrind, not {name}", remedy="leave out --counter or --where")


def take_profile(
    asker: Asker,
    reading: Reading,
    scenario: Scenario,
    pids: Callable[[], Collection[int]],
    *,
    idles: bool,  # noqa: ARG001 - idling is part of what a share is taken of
) -> Profile:
    """Ask the requests of one interval, warm, and give where they went; a ``launch_counts.MeasureLaunch``."""
    if not isinstance(reading, CallgrindReading):
        raise CostError("only callgrind tells where instructions go", remedy="leave out --counter")
    ring = ring_of(scenario)
    chosen = inputs(ring, work_bytes(ring[-1], asker.first(ring[-1])))
    asker.take(chosen)
    asker.warm()
    counted = tuple(pids())
    try:
        reading.start(counted)
        asker.ask(0)
        asker.check()
        reading.read()
        asker.ask(1)
        profile = Profile()
        for pid, dump in reading.dumps():
            profile.add(dump, perf_map(_map(pid)))
            dump.unlink()
        asker.check()
    finally:
        for pid in counted:
            with suppress(OSError):
                _map(pid).unlink(missing_ok=True)
    return profile


def _map(pid: int) -> Path:
    return MAPS / f"perf-{pid}.map"


def shares(
    cost_cell: CostCell, profile: Profile, tool: str, boundaries: Boundaries
) -> tuple[CostShares, ...]:
    """Shares by function where the interpreter named them, and by shared object.

    Raises CostError where nothing was counted, or no boundary met.
    """
    if not profile.total:
        raise CostError("callgrind counted nothing", remedy="see valgrind's log below")
    python = cost_cell.environment.record.python
    kinds = {SharesBy.OBJECT: _by_object(profile)}
    if names_functions(python):
        kinds = {SharesBy.FUNCTION: _by_function(profile, boundaries), **kinds}
    return tuple(
        CostShares(cell=cost_cell.cell, side=cost_cell.side, by=by, shares=told, tool=tool, python=python)
        for by, told in kinds.items()
    )


def names_functions(python: str) -> bool:
    """Whether an interpreter of this version can give functions machine code of their own."""
    return tuple(int(part) for part in python.split(".")[:2]) >= NAMED_SINCE


def _by_function(profile: Profile, boundaries: Boundaries) -> dict[str, float]:
    """Inclusive shares at boundaries; of an app's functions the one that holds the most is the handler."""
    told: dict[str, float] = {}
    handler = ("", 0.0)
    for symbol, cost in profile.by_symbol.items():
        if (boundary := boundaries.find(symbol)) is None:
            continue
        share = cost / profile.total
        if boundary.layer != HANDLER:
            told[boundary.name] = max(share, told.get(boundary.name, 0.0))
        elif share > handler[1]:
            handler = (boundary.name, share)
    if handler[1]:
        told[handler[0]] = handler[1]
    if not told:
        raise CostError(
            "no boundary function was met: the interpreter wrote no perf map, or the names are others now",
            remedy="compare the boundaries that apps/ and runners/servers/ declare with what is installed",
        )
    return dict(sorted(told.items(), key=lambda pair: -pair[1]))


def _by_object(profile: Profile) -> dict[str, float]:
    """Exclusive shares; they add up to 1."""
    told = {name: cost / profile.total for name, cost in profile.by_object.most_common()}
    large = {name: share for name, share in told.items() if share >= SMALL or name == RUN_TIME_CODE}
    rest = sum(told.values()) - sum(large.values())
    return {**large, OTHERS: rest} if rest > 0 else large
