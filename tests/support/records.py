"""Records of every kind, made by hotlap at one commit; ``decoded.json`` says what that commit read of them.

Neither record nor ``decoded.json`` is ever made anew by later code. Outputs beside a record are those of its
commit but where what is said was changed on purpose, in a commit that says what.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from tests.support.paths import FIXTURES

RECORDS = FIXTURES / "records"
NAMES = sorted(path.parent.name for path in RECORDS.glob("*/run.jsonl"))


def digest(value: object) -> str:
    """Of everything that was read; a field added since, at its default, changes nothing."""
    return hashlib.sha256(json.dumps(canonical(value), sort_keys=True).encode()).hexdigest()


def canonical(value: object) -> Any:  # noqa: ANN401 - JSON
    """Types told apart, and of a dataclass the fields that are not at their defaults.

    The schema that a record names is left out: its default grows, and is no fact of what was measured.
    """
    if is_dataclass(value) and not isinstance(value, type):
        set_fields = {
            field.name: canonical(part)
            for field in fields(value)
            if field.name != "schema" and not same(part := getattr(value, field.name), default(field))
        }
        return {type(value).__name__: set_fields}
    if isinstance(value, tuple):
        return {"tuple": [canonical(part) for part in value]}
    if isinstance(value, dict):
        return {"dict": [[key, canonical(part)] for key, part in value.items()]}
    return value


def same(value: object, other: object) -> bool:
    """Equal, and of one type: 1 is not True."""
    return type(value) is type(other) and value == other


def default(field: Field[Any]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
