"""Counting many cells: which at the same time, on which CPU, each recorded as soon as it is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from results.model import Cell, CostRecord, Failure
from runners.environments.provision import Provisioned
from runners.frameworks import Framework
from runners.progress import Watcher
from runners.servers.recipe import Variant
from scenarios.exchange import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One cell on one side, with what it is started from."""

    cell: Cell
    """With ``load`` ``lockstep`` (``runners.cost.choice`` makes such), perhaps with server ``in-process``."""
    framework: Framework
    environment: Provisioned
    side: str = ""
    """``base`` or ``head`` in a comparison, else empty."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """What counting needs at hand; one serves a whole run, and ``count`` may be called again and again."""

    servers: Mapping[str, Variant]
    scenarios: Mapping[str, Scenario]
    folder: Path
    """Logs, working directories and files of the counter; ``<run>/logs``."""
    append: Callable[[CostRecord | Failure], None]
    """``results.store.Writer.append``; called from this thread only."""
    watcher: Watcher = field(default_factory=Watcher)
    cpus: tuple[int, ...] = ()
    """CPUs that may be used, one a subject; empty: all that this process may use."""

    def count(
        self, together: Iterable[tuple[Subject, ...]], *, repeats: Iterable[int] = (0,)
    ) -> list[CostRecord]:
        """Count every subject once per repeat, each in a launch of its own; records in order of making.

        The subjects of one tuple (base and head of one cell) are counted at the same time, each on a CPU of
        its own, as far as there are CPUs; as many tuples as fit run beside each other. A repeat that was
        not agreed on within its launch, or failed, is a recorded Failure of stage ``cost`` and has no
        record; the rest goes on. Raises KeyboardInterrupt with everything counted until then recorded.

        A gate asks for further repeats by calling again with the cells in doubt and ``repeats=(2,)`` etc.
        """
        raise NotImplementedError
