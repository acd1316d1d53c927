"""The record of a run: every kind of line with its fields and a line that was recorded."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from results.model import SCHEMA, Plan
from results.store import TYPES
from tests.reference.fields import described, nested, sections, table
from tests.support.paths import FIXTURES

KINDS: dict[str, type] = {"plan": Plan, **TYPES}
MOST_TEXT, MOST_ITEMS = 40, 3
"""Of an example: longer texts and lists are cut, and say so by ``...``."""


@cache
def examples() -> dict[str, dict[str, Any]]:
    """By type of line: of all that were recorded for tests, the shortest one with most of its fields."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(FIXTURES.rglob("*.jsonl")):
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
            line = _loads(text)
            lines.setdefault(line.get("type", ""), []).append(line)
    return {kind: max(lines[kind], key=_fullness) for kind in KINDS}


def _loads(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:  # a fixture of a torn line
        return {}
    return line if isinstance(line, dict) else {}


def _fullness(line: dict[str, Any]) -> tuple[int, int]:
    return sum(value not in (None, "", [], {}) for value in line.values()), -len(str(line))


def shortened(value: Any) -> Any:  # noqa: ANN401 - JSON
    """``value`` with long texts and lists cut."""
    if isinstance(value, str):
        return value if len(value) <= MOST_TEXT else value[:MOST_TEXT] + "..."
    if isinstance(value, list):
        return [shortened(item) for item in value[:MOST_ITEMS]] + ["..."] * (len(value) > MOST_ITEMS)
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return value


def page_part() -> str:
    """Kinds of lines in the order in which they are declared, then the types within them."""
    parts = [f"This version writes schema {SCHEMA[0]}.{SCHEMA[1]}."]
    inner = dict[type, None]()
    for name, kind in KINDS.items():
        inner |= dict.fromkeys(nested(kind))
        example = json.dumps({"type": name, **shortened(examples()[name])})
        parts.append(f"## {name}\n\n{described(kind)}\n\n```json\n{example}\n```\n\n{table(kind)}")
    return "\n\n".join([*parts, "## Types", *sections(inner.keys() - set(KINDS.values()))])
