"""The named boundaries within a stack: functions of servers and frameworks whose shares are told.

Which functions these are stands in the files of the servers and of the frameworks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runners.errors import PlanError
from runners.selection.frameworks import APP_SUFFIX, BOUNDARY, Framework

HANDLER = "handler"
"""Layer of every function of an app file."""
STAGED_APPS = "/apps/"
"""Part of the path of every file of a stage."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """One function, as the interpreter names it in its perf map: ``py::<qualified name>:<file>``."""

    layer: str
    """What it does, in a word or two."""
    file: str
    """End of its file's path."""
    function: str
    """Qualified name."""

    @property
    def name(self) -> str:
        """As records call it."""
        return f"{self.layer}: {self.function}"


class Boundaries:
    """Finds the boundary that a symbol of a perf map names."""

    def __init__(self, boundaries: Iterable[Boundary] = ()) -> None:
        self._by_function: dict[str, list[Boundary]] = {}
        for boundary in boundaries:
            self._by_function.setdefault(boundary.function, []).append(boundary)

    def find(self, symbol: str) -> Boundary | None:
        """The boundary of ``symbol``, None where it is none; every function of an app file is a handler's."""
        kind, _, rest = symbol.partition("::")
        function, _, file = rest.rpartition(":")
        if kind != "py" or not function:
            return None
        if STAGED_APPS in file and file.endswith(APP_SUFFIX):
            return Boundary(HANDLER, file.rpartition("/")[2], function)
        known = self._by_function.get(function, ())
        return next((boundary for boundary in known if file.endswith(f"/{boundary.file}")), None)


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
