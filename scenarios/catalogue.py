"""Finds the scenarios: one file each, in the order of their numbers."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from scenarios.exchange import Scenario
from scenarios.shapes import SHAPES

SUFFIX = "_scenario"


def discover() -> dict[str, Scenario]:
    """All scenarios by name, in the catalogue's order; ValueError where two share a name."""
    return dict(_scenarios())


def named(name: str) -> Scenario:
    """A scenario of the catalogue, or a shape of calibration; KeyError where there is none."""
    return SHAPES[name] if name in SHAPES else _scenarios()[name]


@cache
def _scenarios() -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    for module in sorted(_modules(), key=_place):
        for scenario in module.SCENARIOS:
            if scenario.name in found:
                raise ValueError(f"two scenarios are called {scenario.name!r}, one in {module.__name__}")
            found[scenario.name] = scenario
    return found


def _modules() -> list[ModuleType]:
    folder = Path(__file__).parent
    return [import_module(f"scenarios.{path.stem}") for path in folder.glob(f"*{SUFFIX}.py")]


def _place(module: ModuleType) -> tuple[int, str]:
    number: int = module.NUMBER
    return number, module.__name__.removesuffix(SUFFIX)
