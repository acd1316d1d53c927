"""OpenAPI documents of frameworks held against each other: paths, parameters, bodies, success answers.

Error answers, titles, descriptions, formats and limits of values are left out: frameworks word these in ways
of their own. A schema is written in short, ``{id*: integer, note: null|string}``: ``*`` marks what is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from results.model import Run

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
DEEPEST = 12
"""Schemas within schemas that are followed; deeper ones are written ``...``."""
Operation = dict[str, str]
"""Aspect (``parameters``, ``body``, ``success``) -> what a document says of it."""


def documents(run: Run) -> dict[str, dict[str, Operation]]:
    """By framework: the operations of the first document that was recorded of it."""
    by_framework: dict[str, dict[str, Operation]] = {}
    for record in run.lifecycles:
        if (text := record.documents.get("openapi")) and record.cell.framework not in by_framework:
            by_framework[record.cell.framework] = operations(json.loads(text))
    return by_framework


def differences(by_framework: Mapping[str, Mapping[str, Operation]]) -> tuple[str, ...]:
    """What the documents say differently, a sentence for each operation and aspect; empty: they are equal."""
    every = sorted({name for said in by_framework.values() for name in said})
    sentences: list[str] = []
    for name in every:
        without = [framework for framework, said in by_framework.items() if name not in said]
        if without:
            sentences.append(f"{name}: not in the document of {', '.join(without)}")
        sentences += _told_apart(name, {f: said[name] for f, said in by_framework.items() if name in said})
    return tuple(sentences)


def _told_apart(name: str, by_framework: Mapping[str, Operation]) -> Iterator[str]:
    for aspect in dict.fromkeys(aspect for said in by_framework.values() for aspect in said):
        groups: dict[str, list[str]] = {}
        for framework, said in by_framework.items():
            groups.setdefault(said.get(aspect, "nothing"), []).append(framework)
        if len(groups) > 1:
            sides = "; ".join(f"{', '.join(names)}: {text}" for text, names in groups.items())
            yield f"{name}, {aspect}: {sides}"


def operations(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Each operation, as ``POST /orders``, in short."""
    return {
        f"{method.upper()} {path}": _operation(document, item, item[method])
        for path, item in document.get("paths", {}).items()
        for method in METHODS
        if method in item
    }


def _operation(document: Mapping[str, Any], item: Mapping[str, Any], said: Mapping[str, Any]) -> Operation:
    parameters = [
        _resolved(document, entry) for entry in (*item.get("parameters", ()), *said.get("parameters", ()))
    ]
    lines = (
        f"{entry['in']} {entry['name']}{'*' * bool(entry.get('required'))}: "
        f"{short(document, entry.get('schema', {}))}"
        for entry in parameters
    )
    body = _resolved(document, said.get("requestBody", {}))
    success = {
        code: _resolved(document, answer) for code, answer in said["responses"].items() if code[:1] == "2"
    }
    return {
        "parameters": ", ".join(sorted(lines)) or "none",
        "body": _content(document, body) or "none",
        "success": ", ".join(
            f"{code} {_content(document, answer)}".strip() for code, answer in success.items()
        ),
    }


def _content(document: Mapping[str, Any], holder: Mapping[str, Any]) -> str:
    """Media types with their schemas."""
    content = holder.get("content", {})
    return ", ".join(
        f"{media.partition(';')[0]} {short(document, content[media].get('schema', {}))}"
        for media in sorted(content)
    )


def short(document: Mapping[str, Any], schema: Any, depth: int = 0) -> str:  # noqa: ANN401 - JSON
    """A schema in short."""
    if depth > DEEPEST:
        return "..."
    schema = _resolved(document, schema)
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if parts:
        return "|".join(sorted({short(document, part, depth + 1) for part in parts}))
    kinds = schema.get("type", "any")
    if isinstance(kinds, list):
        return "|".join(sorted(short(document, {**schema, "type": kind}, depth + 1) for kind in kinds))
    if kinds == "array":
        return f"[{short(document, schema.get('items', {}), depth + 1)}]"
    if kinds == "object" or "properties" in schema:
        return _object(document, schema, depth)
    return str(kinds)


def _object(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> str:
    required = schema.get("required", ())
    fields = (
        f"{name}{'*' * (name in required)}: {short(document, field, depth + 1)}"
        for name, field in sorted(schema.get("properties", {}).items())
    )
    return "{" + ", ".join(fields) + "}"


def _resolved(document: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401 - JSON
    """What a reference within ``document`` leads to; anything else as it is."""
    while isinstance(value, dict) and "$ref" in value:
        target: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        value = target
    return value if isinstance(value, dict) else {}
