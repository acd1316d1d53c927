"""Every command with its arguments and options, from the signatures that typer reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from runners.cli.app import COMMANDS
from runners.cli.settings import GATE_SETTINGS, SETTINGS, TextOrList
from tests.reference.fields import plain

NAMES = {str: "TEXT", int: "N", float: "NUMBER", Path: "PATH"}
"""What stands for a value of a type where the option has no word of its own."""


def page_part() -> str:
    """All commands, in the order of the help."""
    return "\n\n".join(_command(*command) for command in COMMANDS)


def _command(name: str, function: Callable[..., None], example: str) -> str:
    rows = [_row(parameter) for parameter in parameters(function)]
    head = ["| option | what it does | unless given |", "|---|---|---|"]
    text = (inspect.getdoc(function) or "").replace("``", "`")
    return "\n".join([f"## hotlap {name}", "", text, "", f"    {example}", "", *head, *rows])


def parameters(function: Callable[..., None]) -> list[tuple[str, Any, OptionInfo | ArgumentInfo, object]]:
    """(name, type, what typer knows, default) of every argument and option."""
    hints = get_type_hints(function, include_extras=True)
    listed = []
    for name, parameter in inspect.signature(function).parameters.items():
        if get_origin(hints[name]) is Annotated:
            kind, known = get_args(hints[name])[:2]
            listed.append((name, kind, known, parameter.default))
        else:
            assert hints[name] is typer.Context, f"{name} of {function.__name__} has no help"
    return listed


def _row(parameter: tuple[str, Any, OptionInfo | ArgumentInfo, object]) -> str:
    name, kind, known, default = parameter
    value = "" if _bare(kind) is bool else known.metavar or NAMES[_bare(kind)]
    spelled = f"{name.upper()}..."
    if isinstance(known, OptionInfo):
        spelled = f"{', '.join(spellings(name, known))} {value}".strip()
    parts = (f"`{spelled}`", plain(known.help or ""), _default(name, default))
    return "| " + " | ".join(part.replace("|", "\\|") for part in parts) + " |"


def spellings(name: str, known: OptionInfo) -> tuple[str, ...]:
    """Every way to write an option: typer keeps the first that was declared as its default."""
    declared = tuple(word for word in (known.default, *(known.param_decls or ())) if isinstance(word, str))
    return declared or (f"--{name.replace('_', '-')}",)


def _bare(kind: Any) -> Any:  # noqa: ANN401 - a type
    """``int`` of ``list[int] | None``."""
    if get_origin(kind) in {Union, UnionType}:
        return _bare(next(part for part in get_args(kind) if part is not NoneType))
    return _bare(get_args(kind)[0]) if get_origin(kind) is list else kind


def _default(name: str, default: object) -> str:
    if default is inspect.Parameter.empty:
        return "must be given"
    if default is None or default is False:
        return ""
    if default is True:
        return f"`--{name.replace('_', '-')}`"
    return f"`{default}`"


def settings_part(table: str) -> str:
    """Keys of a table of pyproject.toml, with the type and the option that each is the default of."""
    settings, command = (GATE_SETTINGS, "gate") if table == "gate" else (SETTINGS, "run")
    names = {
        TextOrList: "text or list",
        str: "text",
        int: "integer",
        float: "number",
        bool: "true or false",
        list: "list",
    }
    function = next(function for name, function, _ in COMMANDS if name == command)
    helps = {name: plain(known.help or "") for name, _, known, _ in parameters(function)}
    rows = [f"| `{key}` | {names[kind]} | {helps[key.replace('-', '_')]} |" for key, kind in settings.items()]
    return "\n".join(["| key | type | option's help |", "|---|---|---|", *rows])
