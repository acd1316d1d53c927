"""The text of an app, and the changes that make a mutant of it."""

from __future__ import annotations

import ast

from runners.selection.frameworks import APPS
from tests.mutation.mutant import Change

MODELS = "apps.pydantic_models"


def app_module(framework: str) -> str:
    """Its dotted name."""
    return f"apps.{framework}_app"


def source(module: str) -> str:
    """Text of a module of ``apps``."""
    return (APPS / f"{module.rpartition('.')[2]}.py").read_text(encoding="utf-8")


def changed(text: str, changes: tuple[Change, ...], first: str = "") -> str:
    """``text`` with the changes, and ``first`` in front of its first function.

    Raises ValueError where a change does not fit any more.
    """
    for name in dict.fromkeys(name for name, *_ in changes):
        begin, end = _place(text, name)
        part = text[begin:end]
        for _, old, new in (change for change in changes if change[0] == name):
            if part.count(old) != 1:
                raise ValueError(f"{name} holds {part.count(old)} times, and not once: {old}")
            part = part.replace(old, new)
        text = text[:begin] + part + text[end:]
    if first:
        begin = min(_span(text, node)[0] for node in ast.parse(text).body if isinstance(node, _BLOCKS))
        text = f"{text[:begin]}{first}\n\n\n{text[begin:]}"
    return text


_BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _place(text: str, name: str) -> tuple[int, int]:
    """Begin and end of what is called ``name``."""
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = [target.id for target in targets if isinstance(target, ast.Name)]
        if getattr(node, "name", None) == name or name in named:
            return _span(text, node)
    raise ValueError(f"the app has no {name}")


def _span(text: str, node: ast.stmt) -> tuple[int, int]:
    """Begin and end of ``node`` in ``text``, its decorators included."""
    lines = text.splitlines(keepends=True)
    decorators = node.decorator_list if isinstance(node, _BLOCKS) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return sum(map(len, lines[: first - 1])), sum(map(len, lines[: node.end_lineno]))
