"""Defaults of the command line: ``[tool.hotlap]`` and below of the working directory's pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from runners.errors import PlanError


class TextOrList:
    """Stands, among the types of keys, for one text or a list of them."""


SETTINGS = {
    "results": str,
    "framework": list,
    "server": list,
    "scenario": list,
    "connections": list,
    "rate": list,
    "arrivals": str,
    "workers": int,
    "blocks": int,
    "precision": float,
    "duration": float,
    "warmup": float,
    "seed": int,
    "python": TextOrList,
}
"""Keys of ``[tool.hotlap]`` and their types: the defaults of the options of the same names."""
GATE_SETTINGS = {
    "cell": list,
    "sentinel": list,
    "pairs": int,
    "connections": list,
    "rate": list,
    "workers": int,
    "duration": float,
    "budget": float,
    "base-rev": str,
    "cost": bool,
    "load": bool,
    "memory": bool,
    "waivers": str,
    "fail-on-inconclusive": bool,
    "python": TextOrList,
    "results": str,
    "seed": int,
}
"""Keys of ``[tool.hotlap.gate]`` and their types, for ``hotlap gate``."""
SUITE_SETTINGS = {
    **{key: kind for key, kind in SETTINGS.items() if key != "results"},
    "about": str,
    "quick": bool,
    "reuse": int,
    "heat": int,
    "reference": bool,
}
"""Keys of tables of ``[tool.hotlap.suites]`` and their types: options of ``hotlap run``, and a sentence."""
_KINDS: Mapping[type, tuple[type, ...]] = {float: (int, float), TextOrList: (str, list)}
"""What fits a type that is not itself alone."""
REMEDY = "see docs/reference/configuration.md"


def defaults(folder: Path) -> dict[str, Any]:
    """``[tool.hotlap]`` of ``folder``'s pyproject.toml, {} without one; raises PlanError on a bad one."""
    table = _table(folder)
    return {
        key: _checked(key, value, SETTINGS, "[tool.hotlap]")
        for key, value in table.items()
        if not isinstance(value, dict)
    }


def of_one_python(settings: Mapping[str, Any]) -> dict[str, Any]:
    """``settings`` of a command that takes one interpreter: where several are named, none of them."""
    several = len(settings.get("python", ())) > 1
    return {key: value for key, value in settings.items() if not (several and key == "python")}


def of_one_stack(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``settings`` that apply to a command of one framework and one server, not of lists of them."""
    return {key: value for key, value in settings.items() if key not in {"framework", "server"}}


def gate_defaults(folder: Path) -> dict[str, Any]:
    """``[tool.hotlap.gate]`` by name of parameter; raises PlanError on a bad one."""
    table = _table(folder).get("gate", {})
    where = "[tool.hotlap.gate]"
    if not isinstance(table, dict):
        raise PlanError(f"{where} is no table", remedy=REMEDY)
    return {key.replace("-", "_"): _checked(key, value, GATE_SETTINGS, where) for key, value in table.items()}


def suite_tables(source: Path | Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Tables of ``[tool.hotlap.suites]`` by name, of a folder's pyproject.toml or of a ``[tool.hotlap]``.

    Raises PlanError on a bad one.
    """
    suites = (_table(source) if isinstance(source, Path) else source).get("suites", {})
    tables = {"": suites} if not isinstance(suites, dict) else suites
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise PlanError(f"[tool.hotlap.suites{name and '.' + name}] is no table", remedy=REMEDY)
    return {
        name: {
            key: _checked(key, value, SUITE_SETTINGS, f"[tool.hotlap.suites.{name}]")
            for key, value in table.items()
        }
        for name, table in tables.items()
    }


def _table(folder: Path) -> dict[str, Any]:
    path = folder / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PlanError(
            f"pyproject.toml cannot be read: {error}", remedy="mend it, or run elsewhere"
        ) from error
    table: object = content
    for name in ("tool", "hotlap"):
        table = table.get(name, {}) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        raise PlanError("[tool.hotlap] of pyproject.toml is no table", remedy=REMEDY)
    return table


def _checked(key: str, value: object, known: Mapping[str, type], where: str) -> object:
    if key not in known:
        near = get_close_matches(key, known, n=2, cutoff=0.3) or sorted(known)
        raise PlanError(
            f"unknown key {key!r} in {where} of pyproject.toml; nearest: {', '.join(near)}",
            remedy=REMEDY,
        )
    wanted = known[key]
    fits = isinstance(value, _KINDS.get(wanted, wanted))
    if not fits or (isinstance(value, bool) and wanted is not bool):
        raise PlanError(
            f"{where} {key} = {value!r}: wanted {wanted.__name__}",
            remedy=REMEDY,
        )
    return [value] if wanted is TextOrList and isinstance(value, str) else value
