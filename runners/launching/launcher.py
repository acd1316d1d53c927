"""What launchers have in common: they give a server that answers, started here or found elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from results.model import Cell
from runners.errors import ServiceError
from runners.selection.schedule import Visit
from runners.services.services import Leases
from scenarios.exchange import Scenario


class RunningServer(Protocol):
    """A server that answers; what is None is not known of it."""

    @property
    def host(self) -> str:
        """Where it is."""

    @property
    def port(self) -> int:
        """Where it is."""

    @property
    def pid(self) -> int | None:
        """Root of its tree."""

    @property
    def cgroup(self) -> str | None:
        """Its leaf."""

    @property
    def argv(self) -> tuple[str, ...]:
        """Command line without machine paths."""

    @property
    def first_answer_s(self) -> float | None:
        """From its start to its first right answer."""

    @property
    def leases(self) -> Leases:
        """What it has of services; none where it needs none, or that is not known."""

    @property
    def tasks(self) -> Path | None:
        """Folder in which it notes its tasks."""

    def pss_bytes(self) -> int | None:
        """Memory of the tree."""

    def log_tail(self, lines: int = 20, /) -> str:
        """Last lines of its output."""

    def alive(self) -> bool:
        """Whether it runs."""

    def ended(self) -> str:
        """How it ended, in words; empty where it did not, or that is not known."""


class Launcher(Protocol):
    """Starts servers, or finds them started."""

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """What may be asked."""

    @property
    def shares_clock(self) -> bool:
        """Whether the clock of its servers is ours."""

    def start(
        self,
        visit: Visit,
        /,
        *,
        first: Cell,
        hash_seed: str,
        port: int | None = None,
        is_aborted: Callable[[], bool] = lambda: False,
    ) -> AbstractContextManager[RunningServer]:
        """One server for ``visit``; raises LaunchError, also where ``is_aborted`` before it answers."""

    def target(self, visit: Visit, /) -> str:
        """What is served, by name."""

    def lacking(self, needs: str, /) -> ServiceError | None:
        """Why the service that scenarios need by this name cannot be had; None: it can, or is none."""

    def close(self) -> None:
        """Stop the services that its servers talked to; may be called twice."""
