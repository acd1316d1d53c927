"""JSON Schema and page of what each command prints with ``--json``, from the types that it is built as."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import Any

import msgspec

from runners.cli.json_types.outputs import OUTPUTS
from tests.reference.fields import described, meanings, nested, sections, table

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def command_of(name: str) -> str:
    """The command whose output a schema is of."""
    special = {
        "run-slo": "run --slo LIMIT --json",
        "list-plan": "list --plan --json",
        "verify-protocol": "verify --protocol --json",
        "report-format": "report --format json",
        "site-add": "site --add --json",
    }
    return f"hotlap {special.get(name, f'{name} --json')}"


def schema(name: str) -> dict[str, Any]:
    """JSON Schema of an output, each field with its sentence."""
    made = {"$schema": DIALECT, "title": command_of(name), **msgspec.json.schema(OUTPUTS[name])}
    kinds = {kind.__name__: kind for kind in nested(OUTPUTS[name])}
    for title, definition in made["$defs"].items():
        if title in kinds:
            _describe(definition, kinds[title])
    return made


def _describe(definition: dict[str, Any], kind: type) -> None:
    """Add what msgspec does not know: meanings; and that a dataclass is printed with all of its fields."""
    definition["description"] = described(kind)
    for name, meaning in meanings(kind).items():
        if meaning and name in definition["properties"]:
            definition["properties"][name] = {"description": meaning, **definition["properties"][name]}
    if is_dataclass(kind):
        definition["required"] = sorted(definition["properties"])


def schema_text(name: str) -> str:
    """The file of a schema."""
    return json.dumps(schema(name), indent=2, sort_keys=True) + "\n"


def page_part() -> str:
    """Every command with its schema and fields, then the types that several have."""
    parts, kinds = [], set[type]()
    for name, output in OUTPUTS.items():
        first, *others = nested(output)
        kinds |= {*others}
        parts.append(f"## {command_of(name)}\n\nSchema: [{name}.json](schemas/{name}.json)\n\n{table(first)}")
    return "\n\n".join([*parts, "## Types", *sections(kinds)])
