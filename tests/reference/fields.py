"""Fields of dataclasses and TypedDicts with their types and the sentences below them, in Markdown."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

SIMPLE = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true or false",
    NoneType: "null",
    Any: "anything",
}


def described(kind: type) -> str:
    """The docstring of a type in one line of Markdown."""
    return plain(inspect.getdoc(kind) or "")


def plain(text: str) -> str:
    """A docstring in one line of Markdown."""
    return " ".join(text.replace("``", "`").split())


@cache
def meanings(kind: type) -> dict[str, str]:
    """By field: the sentence below it in the source, "" where there is none."""
    path = Path(sys.modules[kind.__module__].__file__ or "")
    classes = {
        node.name: node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    return _meanings(classes[kind.__name__], classes)


def _meanings(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> dict[str, str]:
    sentences: dict[str, str] = {}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            sentences |= _meanings(classes[base.id], classes)
    for statement, following in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            sentences[statement.target.id] = _text(following)
    return sentences


def _text(statement: ast.stmt | None) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return plain(text)
    return ""


def hints(kind: type) -> dict[str, Any]:
    """Types by field."""
    return get_type_hints(kind)


def nested(kind: type) -> Iterator[type]:
    """Every dataclass and TypedDict that ``kind`` holds, itself first, each once."""
    waiting, seen = [kind], set[type]()
    while waiting:
        if (part := waiting.pop(0)) not in seen:
            seen.add(part)
            yield part
            waiting += [inner for hint in hints(part).values() for inner in _inner(hint)]


def _inner(hint: object) -> Iterator[type]:
    if isinstance(hint, type) and (is_dataclass(hint) or is_typeddict(hint)):
        yield hint
    for argument in get_args(hint):
        yield from _inner(argument)


def type_text(hint: Any) -> str:  # noqa: ANN401 - a type
    """A type in words of JSON."""
    arguments = get_args(hint)
    match get_origin(hint):
        case None:
            return _name(hint)
        case origin if origin in {Annotated, NotRequired}:
            return type_text(arguments[0])
        case origin if origin in {Union, UnionType}:
            return " or ".join(type_text(argument) for argument in arguments)
        case origin if origin is dict:
            return f"object of {type_text(arguments[1])}"
        case origin if origin is tuple and ... not in arguments:
            return f"list of {', '.join(type_text(argument) for argument in arguments)}"
    return f"list of {type_text(arguments[0])}"


def _name(hint: Any) -> str:  # noqa: ANN401 - a type
    if hint in SIMPLE:
        return SIMPLE[hint]
    if issubclass(hint, Enum):
        return " or ".join(f'`"{member.value}"`' for member in hint)
    return f"[{hint.__name__}](#{hint.__name__.lower()})"


def table(kind: type) -> str:
    """Field, type and meaning of each field."""
    rows = [
        f"| `{name}` | {type_text(hint)} | {meanings(kind).get(name, '')} |".replace("  |", " |")
        for name, hint in hints(kind).items()
    ]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])


def sections(kinds: Iterable[type]) -> list[str]:
    """A section for each of ``kinds``, by name."""
    ordered = sorted(set(kinds), key=lambda kind: kind.__name__)
    return [f"### {kind.__name__}\n\n{described(kind)}\n\n{table(kind)}" for kind in ordered]
