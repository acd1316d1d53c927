"""Whether what a command printed with ``--json`` is what its type, and so its schema, says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import msgspec
import pytest

from runners.cli.json_types.outputs import OUTPUTS


def must_conform(name: str, text: str) -> None:
    """Fail where ``text`` is of another shape than the type: too few fields, too many, or of other types."""
    data = json.loads(text)
    read: object = msgspec.convert(data, OUTPUTS[name], strict=True)
    assert json.loads(json.dumps(read, default=asdict)) == data


def must_say_the_same(text: str, other: str) -> None:
    """Fail where two outputs differ in more than the last digits of numbers that are no integers."""
    ours, theirs = ([*_parts("$", json.loads(output))] for output in (text, other))
    assert [path for path, _ in ours] == [path for path, _ in theirs]
    for (path, value), (_, expected) in zip(ours, theirs, strict=True):
        if isinstance(value, float) and isinstance(expected, float):
            assert value == pytest.approx(expected, rel=1e-9), path
        else:
            assert value == expected, path


def _parts(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Every plain value with its path, in order."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _parts(f"{path}.{name}", part)
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for number, part in enumerate(value):
            yield from _parts(f"{path}[{number}]", part)
    else:
        yield path, value
