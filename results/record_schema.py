"""JSON Schema of the lines of a record, made from the recorded types."""

from __future__ import annotations

from typing import Any

import msgspec

from results.model import Plan
from results.store import FILE, TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def record_schema() -> dict[str, Any]:
    """Schema of a line of ``run.jsonl``: line 1 is a plan, ``type`` says what each other line is."""
    kinds: dict[str, type] = {"plan": Plan, **TYPES}
    lines, definitions = msgspec.json.schema_components(kinds.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": f"A line of {FILE}",
        "description": "Line 1 is the plan. Fields may be added; those that are there keep their meaning.",
        "oneOf": [
            {"allOf": [line, {"properties": {"type": {"const": name}}, "required": ["type"]}]}
            for name, line in zip(kinds, lines, strict=True)
        ],
        "$defs": definitions,
    }
