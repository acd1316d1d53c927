"""Finds the scenarios: one file each, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from types import ModuleType

from apps.contract import GROUPS
from scenarios.exchange import Exchange, Scenario
from scenarios.shapes import SHAPES

SCENARIO_SUFFIX = "_scenario"


class DuplicateError(ValueError):
    """Two scenarios share a name."""


def discover() -> dict[str, Scenario]:
    """All scenarios by name, in the catalogue's order; raises DuplicateError."""
    return dict(_scenarios())


def in_contract_order(groups: Iterable[str]) -> tuple[str, ...]:
    """``groups``, each once, in the order in which apps mount them; others behind those of the contract."""
    place = {group: number for number, group in enumerate(GROUPS)}
    return tuple(sorted(dict.fromkeys(groups), key=lambda group: place.get(group, len(place))))


def named(name: str) -> Scenario:
    """A scenario of the catalogue, or a shape of calibration; KeyError where there is none."""
    return SHAPES[name] if name in SHAPES else _scenarios()[name]


def exchanges_of(name: str, seed: int) -> tuple[Exchange, ...]:
    """Exchanges of a trial: the ring of scenario ``name``."""
    return named(name).ring(Random(seed))


@cache
def _scenarios() -> dict[str, Scenario]:
    scenarios: dict[str, Scenario] = {}
    declared_by: dict[str, str] = {}
    for module in sorted(_modules(), key=_place):
        file = f"{module.__name__.rpartition('.')[2]}.py"
        for scenario in module.SCENARIOS:
            if scenario.name in scenarios:
                raise DuplicateError(
                    f"{declared_by[scenario.name]} and {file} both declare a scenario {scenario.name!r}"
                )
            scenarios[scenario.name] = scenario
            declared_by[scenario.name] = file
    return scenarios


def _modules() -> list[ModuleType]:
    folder = Path(__file__).parent
    return [import_module(f"scenarios.{path.stem}") for path in folder.glob(f"*{SCENARIO_SUFFIX}.py")]


def _place(module: ModuleType) -> tuple[int, str]:
    number: int = module.NUMBER
    return number, module.__name__.removesuffix(SCENARIO_SUFFIX)
