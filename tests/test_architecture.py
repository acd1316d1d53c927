from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FOLDERS = ("apps", "report", "results", "runners", "scenarios")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
GENERATORS = {ROOT / "runners" / "generator" / f"{role}.py" for role in ("process", "master", "worker")}
"""Modules of processes of their own: importing locust patches the process."""
PROCESSES = {f"runners.generator.{path.stem}" for path in GENERATORS}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_way_of_the_data(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    allowed = {
        "apps": {"apps"},
        "results": {"results"},
        "report": {"report", "results"},
        "scenarios": {"scenarios", "apps"},
        "runners": {"runners", "results", "scenarios"},
    }[folder]
    if path.parent == ROOT / "runners" / "cli":
        allowed = allowed | {"report"}
    assert roots(path) & set(FOLDERS) <= allowed


@pytest.mark.parametrize("path", [path for path in FILES if path.relative_to(ROOT).parts[0] == "scenarios"])
def test_scenarios_know_of_the_apps_only_the_contract(path: Path) -> None:
    ours = {name for name in imported(path) if name.partition(".")[0] == "apps"}
    assert all(name == "apps" or name.startswith("apps.contract") for name in ours)


def test_only_the_generators_import_locust_and_gevent() -> None:
    guilty = {path for path in FILES if {"locust", "gevent"} & roots(path) and "apps" not in path.parts}
    assert guilty == GENERATORS


def test_only_generators_import_a_generator() -> None:
    guilty = {path for path in FILES if path not in GENERATORS and imported(path) & PROCESSES}
    assert not guilty


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_shadows_a_library(path: Path) -> None:
    if path.stem in {"__init__", "__main__"}:
        return
    assert path.stem not in sys.stdlib_module_names
    spec = importlib.util.find_spec(path.stem)
    assert spec is None or "site-packages" not in str(spec.origin)
