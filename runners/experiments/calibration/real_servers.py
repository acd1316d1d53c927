"""Real servers that the generator is measured against, mostly floors, launched as any stack is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from runners.errors import HotlapError
from runners.experiments.calibration.client_comparison import Echo
from runners.experiments.launchers import launcher_of
from runners.experiments.options import QUICK, RunOptions
from runners.experiments.progress import Watcher
from runners.experiments.run_plan import plan_of
from runners.launching.launcher import RunningServer
from runners.selection.discovery import discover
from runners.selection.matrix import Selection
from runners.selection.schedule import visits

_FLOORS = Selection(frameworks=("asgi", "rsgi"), servers=("uvicorn-standard", "granian-rsgi"))
"""Floors on the fastest server of each kind: one in Python and C, one in Rust."""
PLAIN = replace(_FLOORS, scenarios=("plaintext",))
ECHO = replace(_FLOORS, scenarios=("websocket",))
EVENTS = Selection(
    frameworks=("starlette",), servers=("uvicorn-standard",), scenarios=("sse",), connections=(1000,)
)
"""Starlette, as no floor has an event stream of its own."""

Start = Callable[[], AbstractContextManager[RunningServer]]


class _Echoing(Watcher):
    """Passes on what is said."""

    def __init__(self, echo: Echo) -> None:
        self._echo = echo

    def say(self, text: str) -> None:
        self._echo(text)


def startable_servers(
    selection: Selection, folder: Path, echo: Echo, notes: list[str]
) -> Mapping[str, Start]:
    """How to start each stack of ``selection``; none, with a note, where environments cannot be built."""
    try:
        return _startable_servers(selection, folder, echo)
    except HotlapError as error:
        notes.append(f"{' and '.join(selection.frameworks)}: {error.message}")
        return {}


def _startable_servers(selection: Selection, folder: Path, echo: Echo) -> Mapping[str, Start]:
    parts = discover()
    plan, environments, _failures = plan_of(
        RunOptions(selection=selection, timing=QUICK), parts, _Echoing(echo)
    )
    launcher = launcher_of(plan, parts, environments, folder / f"floors-{selection.scenarios[0]}")
    cells = [cell for cell in plan.cells if not cell.control]
    return {
        visit.stack: partial(launcher.start, visit, first=visit.cells[0], hash_seed="0")
        for visit in visits(cells, parts.scenarios)
    }
