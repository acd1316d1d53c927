"""Suites: named sets of options, hotlap's and those of ``[tool.hotlap.suites]``, and how one is taken."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import typer

from runners.cli.settings import suite_tables
from runners.errors import PlanError

SHIPPED = Path(__file__).with_name("suites.toml")
"""hotlap's own suites."""
QUICK = "quick"
"""The suite that ``--quick`` stands for."""
AXES = {"framework": "frameworks", "server": "servers", "scenario": "scenarios"}
"""Options that hold globs, and what they are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A set of options that has a name."""

    name: str
    about: str
    options: Mapping[str, Any]
    """Value by name of option, as in ``[tool.hotlap]``."""
    shipped: bool
    """It is hotlap's own: a glob of it that matches nothing yet is left aside, and told."""


def known(folder: Path) -> dict[str, Suite]:
    """Suites by name: hotlap's, then those of ``folder``'s pyproject.toml, which replace one of their name.

    Raises PlanError where a table is wrong.
    """
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["tool"]["hotlap"]
    return {
        name: Suite(
            name=name,
            about=options.get("about", ""),
            options={key: value for key, value in options.items() if key != "about"},
            shipped=own,
        )
        for own, tables in ((True, suite_tables(shipped)), (False, suite_tables(folder)))
        for name, options in tables.items()
    }


def take(context: typer.Context, name: str) -> Suite:
    """Make the options of suite ``name`` the defaults of the command, before those of ``[tool.hotlap]``.

    Raises PlanError where there is no such suite, or another was taken.
    """
    suites = known(Path.cwd())
    if name not in suites:
        raise PlanError(
            f"unknown suite {name!r}; there are: {', '.join(suites)}",
            remedy="name one of these, or describe it in [tool.hotlap.suites] of pyproject.toml",
        )
    if context.meta.setdefault("suite", name) != name:
        raise PlanError(
            f"{context.meta['suite']} and {name} are two suites (--quick is the suite {QUICK})",
            remedy="name one; options that are given besides win over those of the suite",
        )
    suite = suites[name]
    options = dict(suite.options)
    if suite.shipped:
        options |= {axis: _there(suite, axis) for axis in AXES.keys() & options.keys()}
    context.default_map = {**(context.default_map or {}), **options}
    return suite


def _there(suite: Suite, axis: str) -> list[str]:
    """Globs of a shipped ``suite`` that match something; all of them, to be refused, where none does."""
    from runners.selection.discovery import discover

    names: Iterable[str] = getattr(discover(), AXES[axis])
    globs: list[str] = suite.options[axis]
    matching = [glob for glob in globs if any(fnmatchcase(name, glob) for name in names)]
    absent = [glob for glob in globs if glob not in matching]
    if absent:
        typer.echo(f"suite {suite.name}: there is no {axis} {', '.join(absent)} yet", err=True)
    return matching or globs


def of_name(context: typer.Context, value: str | None) -> str | None:
    """Callback of ``--suite``."""
    if value is not None and not context.resilient_parsing:
        take(context, value)
    return value


def of_quick(context: typer.Context, parameter: typer.CallbackParam, value: bool) -> bool:
    """Callback of ``--quick``, which is ``--suite quick``; else it is as the suite that was taken says."""
    is_typed = getattr(context.get_parameter_source(str(parameter.name)), "name", "") == "COMMANDLINE"
    if not (value and is_typed) or context.resilient_parsing:
        return value
    return bool(take(context, QUICK).options.get("quick", False))


def names() -> list[str]:
    """Names of all suites, for completion."""
    return list(known(Path.cwd()))
