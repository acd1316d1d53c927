"""Launch recipes, one file a server: ``<name>_server.py`` holds all that hotlap knows of that server.

Each file exports ``PACKAGES`` (requirements that every framework is installed with), ``VARIANTS`` (ways to
run the server) and, if it likes, ``BOUNDARIES`` (functions whose share of a request is told).
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


def boundaries() -> dict[str, Mapping[str, tuple[str, ...]]]:
    """Boundary functions by layer, by file: what ``runners.experiments.counting.boundaries`` reads."""
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
