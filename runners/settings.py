"""Defaults of the command line: ``[tool.hotlap]`` of the working directory's pyproject.toml."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from runners.errors import PlanError

KNOWN = {
    "results": str,
    "framework": list,
    "server": list,
    "scenario": list,
    "connections": list,
    "rate": list,
    "arrivals": str,
    "workers": int,
    "blocks": int,
    "duration": float,
    "warmup": float,
    "seed": int,
    "python": str,
}
"""Key and type; each is the default of the option of the same name."""


def defaults(folder: Path) -> dict[str, Any]:
    """``[tool.hotlap]`` of ``folder``'s pyproject.toml, {} without one; raises PlanError on a bad one."""
    path = folder / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("hotlap", {})
    except ValueError as error:
        raise PlanError(
            f"pyproject.toml cannot be read: {error}", remedy="mend it, or run elsewhere"
        ) from error
    return {key: _checked(key, value) for key, value in table.items() if not isinstance(value, dict)}


def _checked(key: str, value: object) -> object:
    if key not in KNOWN:
        near = get_close_matches(key, KNOWN, n=2, cutoff=0.3) or sorted(KNOWN)
        raise PlanError(
            f"unknown key {key!r} in [tool.hotlap] of pyproject.toml; nearest: {', '.join(near)}",
            remedy="see docs/configuration.md",
        )
    wanted = KNOWN[key]
    fits = isinstance(value, (int, float) if wanted is float else wanted) and not isinstance(value, bool)
    if not fits:
        raise PlanError(
            f"[tool.hotlap] {key} = {value!r}: wanted {wanted.__name__}", remedy="see docs/configuration.md"
        )
    return value
