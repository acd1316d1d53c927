"""Launch recipes, one file a server: ``<name>_server.py`` holds all that hotlap knows of that server.

Each file exports ``PACKAGES`` (requirements that every framework is installed with, from the oldest version
that can be started), ``VARIANTS`` (ways to run the server) and, if it likes, ``COMPANIONS`` (what older
versions need besides what they say) and ``BOUNDARIES`` (functions whose share of samples is told).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from runners.errors import PlanError
from runners.servers.recipe import Variant
from runners.servers.versions import Versions, stated

FOLDER = Path(__file__).parent
SERVER_SUFFIX = "_server.py"


def discover() -> dict[str, Variant]:
    """All variants by name, files in alphabetical order; raises PlanError, naming the file."""
    variants: dict[str, Variant] = {}
    declared_by: dict[str, str] = {}
    for file, module in _modules().items():
        for variant in _constant(file, module, "VARIANTS"):
            if variant.name in variants:
                raise PlanError(
                    f"{declared_by[variant.name]} and {file} both declare a server variant {variant.name!r}",
                    remedy="rename one of them: a variant's name stands for it in cells and records",
                )
            variants[variant.name] = variant
            declared_by[variant.name] = file
    return variants


def packages() -> tuple[str, ...]:
    """Requirements of all servers, each once, files in alphabetical order; raises PlanError."""
    requirements: dict[str, None] = {}
    for file, module in _modules().items():
        for text in _constant(file, module, "PACKAGES"):
            try:
                Requirement(text)
            except InvalidRequirement as error:
                raise PlanError(
                    f"{file}: package {text!r}: {error}",
                    remedy='correct PACKAGES there: one requirement a string, such as "uvicorn[standard]"',
                ) from error
            requirements[text] = None
    return tuple(requirements)


def require_startable(versions: Versions) -> None:
    """Do nothing where no server of ``versions`` is older than ``PACKAGES`` says; else raise PlanError."""
    for need in map(Requirement, packages()):
        version = stated(need.name, versions)
        if version is not None and not need.specifier.contains(version, prereleases=True):
            raise PlanError(
                f"{need.name} {version} is older than hotlap can start: its recipe knows {need.specifier}",
                remedy=f"choose {need.name}{need.specifier}",
            )


def companions() -> dict[str, tuple[str, ...]]:
    """What older servers need and do not state themselves, by the requirement that says which servers."""
    return {
        older: requirements
        for module in _modules().values()
        for older, requirements in getattr(module, "COMPANIONS", {}).items()
    }


def boundaries() -> dict[str, Mapping[str, tuple[str, ...]]]:
    """Boundary functions by layer, by file: what ``counting.boundaries`` and ``stack_reader`` read."""
    return {file: getattr(module, "BOUNDARIES", {}) for file, module in _modules().items()}


def _modules() -> dict[str, ModuleType]:
    return {
        path.name: import_module(f"{__name__}.{path.stem}")
        for path in sorted(FOLDER.glob(f"*{SERVER_SUFFIX}"))
    }


def _constant(file: str, module: ModuleType, name: str) -> Any:  # noqa: ANN401 - typed where it is declared
    if not hasattr(module, name):
        raise PlanError(
            f"{file} declares no {name}",
            remedy=f"write it as in uvicorn{SERVER_SUFFIX}, or rename the file if it is no recipe",
        )
    return getattr(module, name)
