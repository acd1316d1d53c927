"""The recorded types are all had from one place."""

from __future__ import annotations

import ast
from pathlib import Path

from results import model


def _declared(path: Path) -> set[str]:
    """What a module declares for others."""
    names: set[str] = set()
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def test_the_package_has_what_its_modules_declare() -> None:
    modules = [path for path in Path(model.__file__).parent.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) >= 10
    assert set().union(*map(_declared, modules)) == set(model.__all__)
