"""What workers compare covers every module that measures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from runners.generator.identity import identity, sources
from tests.support.paths import ROOT

OURS = ("apps", "report", "results", "runners", "scenarios")
STARTED = [ROOT / "runners" / "generator" / f"{role}.py" for role in ("process", "master", "worker")]
"""Modules that generators are started as."""
FOUND_BY_NAME = sorted((ROOT / "scenarios").glob("*_scenario.py"))
"""Modules that the catalogue imports by their file names."""


def imported(path: Path) -> Iterator[Path]:
    """Files of ours that ``path`` imports, those of the packages they are in included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] in OURS:
                packages = (
                    ROOT.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)
                )
                yield from (file for file in packages if file.is_file())
                module = ROOT.joinpath(*parts).with_suffix(".py")
                if module.is_file():
                    yield module


def reached(roots: list[Path]) -> set[Path]:
    """All files of ours that are imported, directly or not."""
    seen, waiting = set[Path](), list(roots)
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += imported(path)
    return seen


def test_the_identity_is_the_version_and_what_measures() -> None:
    version, _, digest = identity().partition("+")
    assert version
    assert len(digest) == 10


def test_the_identity_covers_every_module_that_a_generator_imports() -> None:
    missing = reached([*STARTED, *FOUND_BY_NAME]) - set(sources())
    names = sorted(str(path.relative_to(ROOT)) for path in missing)
    assert not names, "add them to SOURCES of runners/generator/identity.py"


def test_the_identity_covers_nothing_else_than_measures() -> None:
    assert not any(path.relative_to(ROOT).parts[0] == "report" for path in sources())
