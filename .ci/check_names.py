"""Refuses names that say nothing or that only insiders know, and says which; the lint session runs it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("apps", "report", "results", "runners", "scenarios")
EMPTY = {"each", "one", "found", "given", "here", "of", "only", "nothing", "opened", "held"}
"""Never the name of a function, parameter, attribute or variable: a noun says the type, a verb the act."""
PRIVATE_JARGON = {"Spot", "Sitting", "Corner", "Bout"}
"""Not the name of a type: docs/glossary.md has the words of the field."""


def bound(tree: ast.AST, *, variables: bool) -> Iterator[tuple[int, str]]:
    """Line and name of functions, types, parameters, attributes, and variables if asked."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name, lineno=line) | ast.AsyncFunctionDef(name=name, lineno=line):
                yield line, name
            case ast.ClassDef(name=name, lineno=line, body=body):
                yield line, name
                for field in body:
                    if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                        yield field.lineno, field.target.id
            case ast.arg(arg=name, lineno=line):
                yield line, name
            case ast.Attribute(attr=name, lineno=line, ctx=ast.Store()):
                yield line, name
            case ast.Name(id=name, lineno=line, ctx=ast.Store()) if variables:
                yield line, name


def refused(path: Path, *, variables: bool) -> Iterator[str]:
    """Every refused name of one file, with its place."""
    for line, name in bound(ast.parse(path.read_text(encoding="utf-8")), variables=variables):
        if name.strip("_") in EMPTY | PRIVATE_JARGON:
            yield f"{path}:{line}: {name}"


def main() -> None:
    """Exit with status 1, and a list, where a name is refused."""
    code = (path for folder in FOLDERS for path in sorted(Path(folder).rglob("*.py")))
    found = [place for path in code for place in refused(path, variables=True)]
    found += [
        place for path in sorted(Path("tests").rglob("*.py")) for place in refused(path, variables=False)
    ]
    if found:
        sys.exit("\n".join([*found, f"{len(found)} names say nothing: see CONTRIBUTING.md, How we write"]))


if __name__ == "__main__":
    main()
