from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from runners.selection.frameworks import APPS, Framework, discover, read
from runners.selection.matrix import family
from scenarios import catalogue

APP_FILES = sorted(APPS.glob("*_app.py"))
FILES = sorted(APPS.glob("*.py"))
FRAMEWORKS = discover()
PRICES = {scenario.name for scenario in catalogue.discover().values() if not scenario.default}
"""Scenarios, and families, that only apps of the price list have; one family has two scenarios."""
TARGETS = {"routing", "middleware", "middleware-none", "include", "errors", "compress", *PRICES}
"""Families that have a target of their own."""
FAMILIES = {*map(family, catalogue.discover().values()), "lifespan"} - PRICES
"""Of the scenarios of the default matrix, and that of a lifecycle."""
LACKING = {
    "starlette": {"dependencies"},
    "litestar": {"static-304"},
    "flask": {
        *("dependencies", "websocket", "background", "compress", "lifespan"),
        *("delay-threadpool", "cpu-inline", "json-sync"),
    },
    "django": {"dependencies", "websocket", "background", "static", "static-304", "lifespan"},
}
"""What a framework leaves out because it has no such thing."""
OURS = {"report", "results", "runners", "scenarios", "tests"}
IMPORT_NAMES = {
    "pyjwt": "jwt",
    "python-multipart": "python_multipart",
    "opentelemetry-sdk": "opentelemetry",
    "opentelemetry-instrumentation-flask": "opentelemetry",
    "opentelemetry-instrumentation-django": "opentelemetry",
}

frameworks = pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=FRAMEWORKS.keys())


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def assigned(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def made_on_demand(module: ast.Module) -> set[str]:
    """Names that the module's ``__getattr__`` compares with, or finds in a table of targets."""
    wanted = [
        node
        for node in module.body
        if (isinstance(node, ast.FunctionDef) and node.name == "__getattr__")
        or (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id == "TARGETS"
        )
    ]
    constants = (node for part in wanted for node in ast.walk(part) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str)}


def imported_roots(path: Path) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a staged file has dotted names only"
            roots.add((node.module or "").partition(".")[0])
    return roots


def declared(framework: Framework) -> set[str]:
    return {Requirement(text).name.lower() for text in framework.dependencies}


def test_every_framework_of_the_contract_is_there() -> None:
    floors = {name for name, framework in FRAMEWORKS.items() if framework.floor}
    assert floors == {"asgi", "wsgi", "rsgi"}
    assert FRAMEWORKS.keys() - floors >= {"starlette", "fastapi", "litestar", "flask", "django"}


@pytest.mark.parametrize("path", APP_FILES, ids=lambda path: path.stem)
def test_the_block_says_what_a_reader_of_results_must_know(path: Path) -> None:
    framework = read(path)
    assert framework.title
    assert framework.notes.endswith(".")
    assert framework.serialiser
    assert framework.validator
    assert "  " not in framework.notes


@frameworks
def test_every_family_is_implemented_or_said_to_be_not_applicable(framework: Framework) -> None:
    assert framework.implements <= FAMILIES | PRICES
    lacking = {key.partition(" on ")[0] for key in framework.not_applicable}
    assert lacking <= FAMILIES | PRICES | {"*"}
    absences = {family: framework.absence(family) for family in FAMILIES - framework.implements}
    assert all(absence and absence[0] == "not-applicable" for absence in absences.values())


@frameworks
def test_a_framework_leaves_out_only_what_it_has_no_facility_for(framework: Framework) -> None:
    if framework.floor or "*" in framework.not_applicable:
        return
    assert FAMILIES - framework.implements == LACKING.get(framework.name, set())


@frameworks
def test_targets_are_names_of_the_module(framework: Framework) -> None:
    module = tree(framework.path)
    named = {name for targets in framework.targets.values() for name in targets.values()}
    assert named <= assigned(module) | made_on_demand(module)


@frameworks
def test_a_target_goes_with_its_family(framework: Framework) -> None:
    own = framework.implements & TARGETS
    assert all(targets.keys() == {"default", *own} for targets in framework.targets.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_apps_import_nothing_of_the_harness(path: Path) -> None:
    assert not imported_roots(path) & OURS


@frameworks
def test_apps_import_what_they_declare(framework: Framework) -> None:
    available = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in declared(framework)}
    allowed = available | sys.stdlib_module_names | {"apps", "granian"}
    assert imported_roots(framework.path) <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_orm_is_imported_by_companions_alone(path: Path) -> None:
    own = path.stem.endswith("_orm") or path.stem.startswith("sqlalchemy_")
    assert own or "sqlalchemy" not in imported_roots(path)


@pytest.mark.parametrize("path", APP_FILES, ids=lambda path: path.stem)
def test_what_rows_need_is_imported_where_their_groups_are_mounted(path: Path) -> None:
    always = [node for node in tree(path).body if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in always for alias in node.names} | {str(node.module) for node in always}
    assert not any(name.endswith("_orm") or "sqlalchemy" in name for name in names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_names_shadow_no_module(path: Path) -> None:
    libraries = {IMPORT_NAMES.get(name, name) for found in FRAMEWORKS.values() for name in declared(found)}
    assert path.stem not in sys.stdlib_module_names | libraries | {"uvicorn", "granian", "gunicorn", "gevent"}
