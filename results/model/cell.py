"""What is measured and compared: cells, the two sides of a comparison, and what lacks by design."""

from __future__ import annotations

from dataclasses import dataclass

from results.model.values import Arrivals, Int64, Interface, Load, SideName


def environment_name(framework: str, python: str) -> str:
    """Name of the environment of a framework on what cells call ``python``, empty where a run has one."""
    return f"{framework}@{python}" if python else framework


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Stack x scenario x load: the unit of comparison."""

    framework: str
    """Name of the file in ``apps/`` without ``_app.py``, such as ``fastapi``."""
    server: str
    """Server variant, such as ``uvicorn-standard``."""
    interface: Interface
    scenario: str
    load: Load = Load.CLOSED
    connections: Int64 = 64
    """Closed load: how many; open load: how many at most."""
    rate_rps: float | None = None
    """Open load: arrivals per second that are offered; None under closed load."""
    arrivals: Arrivals | None = None
    """None under closed load."""
    reuse: Int64 | None = None
    """Closed load: a connection is closed by the client after so many requests; None: it is kept."""
    workers: Int64 = 1
    control: bool = False
    """The same stack a second time, under its own name: the A/A control of a run."""
    python: str = ""
    """Interpreter, such as ``3.13``, where a run has several (schema 1.7); else the environment tells it."""

    @property
    def environment(self) -> str:
        """Name of the environment that it is served from."""
        return environment_name(self.framework, self.python)

    @property
    def stack(self) -> str:
        """Slug of framework, server variant and interpreter, if any, marked where it is the control."""
        python = f"--py{self.python}" if self.python else ""
        return f"{self.framework}--{self.server}{python}" + ("--control" if self.control else "")

    @property
    def slug(self) -> str:
        """The cell's one name: key, anchor and log name."""
        size = f"{self.connections}" if self.rate_rps is None else f"{self.rate_rps:g}-{self.arrivals}"
        size += "" if self.reuse is None else f"-reuse{self.reuse}"
        return f"{self.stack}--{self.scenario}--{self.load}-{size}--w{self.workers}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two sides of a comparison: what was asked for it."""

    name: SideName
    title: str
    """In words, such as ``starlette==0.50.0``, ``Python 3.13`` or ``apps of 1a2b3c4``."""
    overrides: tuple[str, ...] = ()
    python: str | None = None
    revision: str | None = None
    """Commit of this repository that the apps were taken from; None: as they are in the working tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The cells of both sides that are held against each other; equal where only versions differ."""

    base: Cell
    head: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """A cell that the stack lacks by design; never a zero, never in a composite."""

    cell: Cell
    reason: str
