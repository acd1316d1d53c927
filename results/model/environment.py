"""What was measured on, and of which versions."""

from __future__ import annotations

from dataclasses import dataclass, field

from results.model.values import Int64, SideName


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the run was measured on; no host name, no path."""

    cpu_model: str
    logical_cpus: Int64
    physical_cores: Int64 | None
    smt: bool | None
    governor: str | None
    memory_bytes: Int64
    kernel: str
    system: str
    """Distribution's name and version."""
    container: str | None
    """Kind of container or virtual machine where one was recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkEnvironment:
    """One virtual environment of a system under test."""

    framework: str
    title: str
    key: str
    """Hash over everything that is in it: interpreter, versions, staged apps."""
    python: str
    """Full version of the interpreter."""
    python_build: str
    """Compiler and the optimisations that it was built with (PGO, LTO), as the interpreter says."""
    optimised_build: bool
    versions: dict[str, str]
    """Exact version (or commit) of every package, by name."""
    declared: dict[str, str] = field(default_factory=dict)
    """What the app file declares of itself: serialiser, validator, notes."""
    overrides: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    """Packages that an override moved from the lock: ``name old -> new``."""
    server_differences: tuple[str, ...] = ()
    """What older servers in it are started with otherwise than locked ones, a sentence each (schema 1.6)."""
    interpreter: str = ""
    """What cells call its interpreter, where a run has several (schema 1.7)."""
    yardstick_ms: float | None = None
    """CPU time of a fixed loop on its interpreter (schema 1.7); None: not measured."""
    behind: float | None = None
    """By what share its interpreter is slower than the fastest other build of its version on the machine, at
    least 0; None: there is no other, or it was not measured."""
    side: SideName = SideName.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The machine, the harness and the environments of a run."""

    machine: Machine
    harness: dict[str, str]
    """Versions of hotlap, its Python and what measures; ``commit`` of hotlap where it is a checkout."""
    frameworks: tuple[FrameworkEnvironment, ...]
