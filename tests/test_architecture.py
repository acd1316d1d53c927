from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from runners.processes.ours import environment_of_ours, python_m
from tests.support.paths import ROOT

FOLDERS = ("apps", "report", "results", "runners", "scenarios")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
GENERATORS = {
    ROOT / "runners" / "generator" / f"{role}.py"
    for role in ("process", "master", "worker", "locust_users", "members")
}
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


PLANTED = {
    "results is nothing of ours": ("results/codec.py", "import report.fmt"),
    "report knows only the record": ("report/stats/levels.py", "import runners.errors"),
    "a scenario knows only the contract": ("scenarios/inputs.py", "import results.model"),
    "apps know only each other": ("apps/contract.py", "import results.model"),
    "only the command line sees the report": ("runners/selection/rates.py", "import report.fmt"),
    "the harness runs no app": ("runners/selection/matrix.py", "import apps.contract"),
    "runners: a room imports only from rooms below it": (
        "runners/http/pieces.py",
        "import runners.generator",
    ),
    "report: a room imports only from rooms below it": ("report/stats/levels.py", "import report.fmt"),
    "no circles within any package": ("runners/machine/facts.py", "import runners.machine.throttling"),
}
"""By contract of import-linter: a file, and an import that it must not have."""
RETURNED = {"runners/machine/facts.py": ("runners/machine/throttling.py", "import runners.machine.facts")}
"""The second half of a circle."""


def lint_imports(folder: Path) -> str:
    """The report of import-linter on the packages in ``folder``."""
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    return subprocess.run(
        [linter, "--no-cache", "--config", folder / "pyproject.toml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "20*"))
    return folder


def test_imports_follow_the_rooms(copied: Path) -> None:
    assert "0 broken" in lint_imports(copied)


def test_every_contract_has_an_import_that_breaks_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert {contract["name"] for contract in contracts["contracts"]} == set(PLANTED)


def test_planted_imports_break_every_contract(copied: Path) -> None:
    for file, planted in PLANTED.values():
        for path, line in ((file, planted), *([RETURNED[file]] if file in RETURNED else [])):
            with (copied / path).open("a", encoding="utf-8") as source:
                source.write(f"\n\n{line}\n")
    report = lint_imports(copied)
    assert [name for name in PLANTED if f"{name} BROKEN" not in report] == []


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


def test_what_stands_beside_locusts_file_shadows_no_library() -> None:
    """``locust -f runners/generator/process.py`` puts that folder on the path, with its folders."""
    names = {
        path.stem for path in (ROOT / "runners" / "generator").iterdir() if not path.name.startswith("__")
    }
    libraries = [entry for entry in sys.path if Path(entry).name in {"site-packages", "dist-packages"}]
    assert libraries
    assert not names & sys.stdlib_module_names
    assert [name for name in sorted(names) if PathFinder.find_spec(name, libraries)] == []


def test_nothing_puts_the_rooms_of_runners_on_the_path() -> None:
    """There ``http`` would shadow the standard library's."""
    assert environment_of_ours()["PYTHONPATH"] == str(ROOT)
    assert [path for path in FILES if "sys.path" in path.read_text(encoding="utf-8")] == []
    loose = {path.stem for path in (ROOT / "runners").glob("*.py")}
    assert loose == {"__init__", "errors"}, "a file here, started by its path, puts this folder on the path"
    help_of_a_library = subprocess.run(
        [*python_m("http.server"), "--help"],
        env=environment_of_ours(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert help_of_a_library.returncode == 0, help_of_a_library.stderr
