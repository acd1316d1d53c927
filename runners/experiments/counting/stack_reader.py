"""Reads what a sampler writes of stacks: full names of functions, files without machine paths, and whose.

A sampler gives the bare name of a function and the line that it begins at; the full name is in its source.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import Lock

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from results.model import CodeLayer
from results.stacks import Frame, Stack
from runners import servers
from runners.experiments.counting import dispatch
from runners.experiments.counting.boundaries import Boundaries, collect, declared
from runners.selection.frameworks import Framework

PARSING = Lock()
"""Held while a source is parsed, as launches are read side by side: CPython 3.11 counts the depth of trees
for all threads at once, and ends with a SystemError where two build one."""
FRAMEWORK_LAYERS = frozenset({"framework, whole", "routing"})
"""Of boundary functions: they tell which packages a framework is made of."""
FRAME = re.compile(r"(?P<function>.+?) \((?P<file>.*?)(?::(?P<line>\d+))?\)")
"""As py-spy writes a function: ``name (/path/file.py:12)``."""
INSTALLED = re.compile(
    r".*/lib(?:64)?/python3(?:\.\d+t?)?/"
    r"(?P<packages>(?:site|dist)-packages/)?(?P<file>.+)"
)
SHIM = "<shim>"
"""File of a frame that interpreters put between others, and that is no function."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Which packages are a server's, and which a framework's; by the names that they are imported by."""

    servers: frozenset[str]
    frameworks: frozenset[str]

    def layer(self, package: str) -> CodeLayer:
        """Whose code a package is."""
        if package in self.servers:
            return CodeLayer.SERVER
        return CodeLayer.FRAMEWORK if package in self.frameworks else CodeLayer.PACKAGE


@dataclass(frozen=True, slots=True)
class StackReader:
    """Reads stacks of any cell of a run."""

    boundaries: Boundaries
    owners: Owners

    def read(self, lines: Mapping[str, int], stage: Path) -> dict[Stack, int]:
        """How often each stack was seen; ``stage`` is the folder that the app was imported from."""
        counts: Counter[Stack] = Counter()
        for line, count in lines.items():
            counts[tuple(self._frames(line, stage))] += count
        return dict(counts)

    def _frames(self, line: str, stage: Path) -> Iterator[Frame]:
        for text in line.split(";"):
            match = FRAME.fullmatch(text)
            if match is None:
                yield Frame(text, "", CodeLayer.STANDARD)
            elif match["file"] != SHIM:
                yield self._frame(match["function"], match["file"], int(match["line"] or 0), stage)

    def _frame(self, name: str, path: str, line: int, stage: Path) -> Frame:
        file, layer = self._place(path, stage)
        function = full_name(path, name, line)
        return Frame(function, file, layer, self.boundaries.layer(file, function))

    def _place(self, path: str, stage: Path) -> tuple[str, CodeLayer]:
        """A file without the folder that it lies in, and whose code it is."""
        if path.startswith(f"{stage}/"):
            return path.removeprefix(f"{stage}/"), CodeLayer.APP
        if path == dispatch.__file__:
            return Path(path).name, CodeLayer.SERVER
        installed = INSTALLED.fullmatch(path)
        if path.startswith("<") or (installed and not installed["packages"]):
            return (installed["file"] if installed else path), CodeLayer.STANDARD
        file = installed["file"] if installed else self._from_package(path)
        return file, self.owners.layer(_package(file))

    def _from_package(self, path: str) -> str:
        """Of a package that is used where its source lies: the path from the package on, else the name."""
        parts = Path(path).parts
        known = self.owners.servers | self.owners.frameworks
        begins = (
            place
            for place, (part, following) in enumerate(pairwise(parts))
            if part in known and following != part  # a checkout is often called as its package
        )
        return "/".join(parts[next(begins, len(parts) - 1) :]) or path


def stack_reader(frameworks: Iterable[Framework]) -> StackReader:
    """The reader for cells of ``frameworks``; raises PlanError where boundaries contradict each other."""
    frameworks = tuple(frameworks)
    tables = servers.boundaries()
    own = [boundary for framework in frameworks for boundary in declared(framework.boundaries)]
    named = [Requirement(text).name for text in servers.packages()]
    first = [
        Requirement(framework.dependencies[0]).name
        for framework in frameworks
        if framework.dependencies and not framework.floor
    ]
    return StackReader(
        collect(frameworks, tables),
        Owners(
            servers=frozenset(
                [_package(boundary.file) for table in tables.values() for boundary in declared(table)]
                + [_imported_as(name) for name in named]
            ),
            frameworks=frozenset(
                [_package(boundary.file) for boundary in own if boundary.layer in FRAMEWORK_LAYERS]
                + [_imported_as(name) for name in first]
            ),
        ),
    )


def _package(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def _imported_as(name: str) -> str:
    """By the rule; a package that is imported by another name is told by boundary functions."""
    return canonicalize_name(name).replace("-", "_")


def full_name(path: str, name: str, line: int) -> str:
    """Qualified name of the function ``name`` that begins in ``line``; the bare one where it is not told."""
    full = _full_names(path).get(line, name)
    return full if full.rpartition(".")[2] == name else name


@cache
def _full_names(path: str) -> Mapping[int, str]:
    """Qualified names of the functions of a file by the line of their first decorator, or of ``def``."""
    try:
        with PARSING:
            tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):  # not written in Python, or in a newer one
        return {}
    return dict(_functions(tree, ""))


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                lines = [child.lineno, *(decorator.lineno for decorator in child.decorator_list)]
                yield min(lines), prefix + name
                yield from _functions(child, f"{prefix}{name}.<locals>.")
            case ast.ClassDef(name=name):
                yield from _functions(child, f"{prefix}{name}.")
            case _:
                yield from _functions(child, prefix)
