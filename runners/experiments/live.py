"""Servers that live at once: each started, and its launch recorded."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from results.model import Cell, Failure, Launch, SideName
from results.store import Writer
from runners.errors import HotlapError, LaunchError, of_side
from runners.experiments.progress import Watcher
from runners.launching.launcher import Launcher, RunningServer
from runners.machine import facts
from runners.selection.schedule import Visit, groups_of

MEMORY_RESERVE_BYTES = 256 * 2**20
"""Memory that is left to others: servers leave, the largest first, before there is less."""


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A server that is up, and the record of its launch."""

    server: RunningServer
    launch: Launch
    visit: Visit
    ending: ExitStack
    """Closing it stops the server."""


@dataclass(slots=True, kw_only=True)
class LiveServers:
    """The servers of one heat; all are stopped at the end of its ``with``."""

    writer: Writer
    watcher: Watcher
    block: int
    live: list[LiveServer] = field(default_factory=list)
    """In the order of their launches."""

    def start(
        self,
        visit: Visit,
        launcher: Launcher,
        *,
        number: int,
        first: Cell,
        hash_seed: str,
        side: SideName = SideName.NONE,
    ) -> bool:
        """Launch ``visit`` as launch ``number``, which is recorded once it answers ``first``.

        Whether it did; if not, that is recorded as its failure.
        """
        load, memory, ending = facts.loadavg(), facts.memory_available(), ExitStack()
        try:
            server = ending.enter_context(launcher.start(visit, first=first, hash_seed=hash_seed))
        except HotlapError as error:
            self._record(error.failure(visit.stack, block=self.block, launch=number), side)
            return False
        launch = Launch(
            id=number,
            block=self.block,
            stack=visit.stack,
            target=launcher.target(visit),
            argv=server.argv,
            mounted=groups_of(visit.cells, launcher.scenarios),
            first_answer_s=server.first_answer_s,
            hash_seed=hash_seed,
            loadavg_1m=load,
            memory_available_bytes=memory,
            side=side,
            services=server.leases.facts,
        )
        self.live.append(LiveServer(server, launch, visit, ending))
        self.writer.append(launch)
        return True

    def fail(self, error: HotlapError, live: LiveServer, cell: Cell | None = None) -> None:
        """Record ``error`` as a failure of a server, or of one of its cells."""
        trouble = live.server.leases.trouble()
        told = error.retold(f"{error.message}; {trouble}" if trouble else "", log_tail=live.server.log_tail())
        failure = told.failure(live.visit.stack, cell, block=self.block, launch=live.launch.id)
        self._record(failure, live.launch.side)

    def bury(self) -> None:
        """Take out servers that died, and the largest ones while memory is short: a failure each."""
        for live in list(self.live):
            if not live.server.alive():
                how = f" ({ended})" if (ended := live.server.ended()) else ""
                error = LaunchError(
                    f"{live.visit.stack}: the server died under load{how}",
                    remedy="see the end of its log; look at what it did when it was asked much",
                )
                self.dismiss(live, error)
        while self.live and (left := facts.memory_available()) < MEMORY_RESERVE_BYTES:
            largest = max(self.live, key=lambda live: live.server.pss_bytes() or 0)
            taken = (largest.server.pss_bytes() or 0) >> 20
            error = LaunchError(
                f"{largest.visit.stack}: stopped: it took {taken} MiB, and {left >> 20} MiB were left",
                remedy="a smaller --heat, or more memory",
            )
            self.dismiss(largest, error)

    def dismiss(self, live: LiveServer, error: HotlapError) -> None:
        """Stop a server; ``error`` is the failure of all that it has not been asked yet."""
        self.fail(error, live)
        self.live.remove(live)
        live.ending.close()

    def _record(self, failure: Failure, side: SideName) -> None:
        named = of_side(failure, side) if side else failure
        self.writer.append(named)
        self.watcher.failure(named)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as everything:
            for live in self.live:
                everything.push(live.ending)
