"""The named boundaries within a stack: functions of servers and frameworks whose shares are told.

Which functions these are stands in the files of the servers and of the frameworks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runners.errors import PlanError
from runners.selection.frameworks import BOUNDARY, Framework


@dataclass(frozen=True, slots=True)
class Boundary:
    """One function of a server or a framework."""

    layer: str
    """What it does, in a word or two."""
    file: str
    """Its file, from the folder that packages are installed in."""
    function: str
    """Qualified name."""


class Boundaries:
    """Finds what a function does."""

    def __init__(self, boundaries: Iterable[Boundary] = ()) -> None:
        self._layers = {(boundary.file, boundary.function): boundary.layer for boundary in boundaries}

    def layer(self, file: str, function: str) -> str:
        """What a function does, by its file and its qualified name; empty where it is no boundary."""
        return self._layers.get((file, function), "")


def declared(layers: Mapping[str, Iterable[str]]) -> tuple[Boundary, ...]:
    """Boundaries of one file's table: layer -> functions written ``file.py::Class.function``."""
    return tuple(
        Boundary(layer, *text.split(BOUNDARY, 1)) for layer, functions in layers.items() for text in functions
    )


def collect(
    frameworks: Iterable[Framework], servers: Mapping[str, Mapping[str, Iterable[str]]]
) -> Boundaries:
    """Boundaries of all ``frameworks`` and of ``servers`` (tables by file).

    Raises:
        PlanError: two files put one function into two layers.

    """
    tables = {framework.path.name: framework.boundaries for framework in frameworks} | dict(servers)
    declared_by: dict[tuple[str, str], tuple[str, Boundary]] = {}
    for source, table in tables.items():
        for boundary in declared(table):
            first, twin = declared_by.setdefault((boundary.file, boundary.function), (source, boundary))
            if twin.layer != boundary.layer:
                raise PlanError(
                    f"{boundary.file}{BOUNDARY}{boundary.function} is of the layer {twin.layer!r} in {first} "
                    f"and of {boundary.layer!r} in {source}",
                    remedy="write the same layer in both files",
                )
    return Boundaries(boundary for _, boundary in declared_by.values())
