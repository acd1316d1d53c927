"""The floors of the comparison with wrk: real servers around bare interfaces, launched as any stack is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from runners.calibration.contest import Echo
from runners.errors import HotlapError
from runners.job import starter_of
from runners.matrix import Selection
from runners.plan import visits
from runners.prepare import QUICK, Wish, discover, plan_of
from runners.progress import Watcher
from runners.starter import Running

SELECTION = Selection(
    frameworks=("asgi", "rsgi"), servers=("uvicorn-standard", "granian-rsgi"), scenarios=("plaintext",)
)
"""The fastest server of each kind: one in Python and C, one in Rust."""

Start = Callable[[], AbstractContextManager[Running]]


class _Told(Watcher):
    def __init__(self, echo: Echo) -> None:
        self._echo = echo

    def say(self, text: str) -> None:
        self._echo(text)


def floors(folder: Path, echo: Echo, notes: list[str]) -> Mapping[str, Start]:
    """How to start each floor, by stack; none, with a note, where their environments cannot be built."""
    try:
        return _floors(folder, echo)
    except HotlapError as error:
        notes.append(f"floors: {error.message}")
        return {}


def _floors(folder: Path, echo: Echo) -> Mapping[str, Start]:
    parts = discover()
    plan, environments, _failures = plan_of(Wish(selection=SELECTION, timing=QUICK), parts, _Told(echo))
    starter = starter_of(plan, parts, environments, folder / "floors")
    cells = [cell for cell in plan.cells if not cell.control]
    return {
        visit.stack: partial(starter.start, visit, first=visit.cells[0], hash_seed="0")
        for visit in visits(cells, parts.scenarios)
    }
