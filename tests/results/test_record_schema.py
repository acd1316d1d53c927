"""The JSON Schema of a record: every line of every recorded run is as it says, and others are not."""

from __future__ import annotations

import json

import pytest

from results.record_schema import record_schema
from tests.support.records import NAMES, RECORDS

jsonschema = pytest.importorskip("jsonschema")
SHORT = 40
"""Lines of a record that are looked at, and the last ones."""


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(record_schema())


@pytest.mark.parametrize("name", NAMES)
def test_recorded_lines_are_as_the_schema_says(name: str) -> None:
    validator = jsonschema.Draft202012Validator(record_schema())
    lines = (RECORDS / name / "run.jsonl").read_text(encoding="utf-8").split("\n")[:SHORT]
    whole = [line for line in lines if line.endswith("}")]
    assert whole
    for line in whole:
        validator.validate(json.loads(line))


@pytest.mark.parametrize("line", [{}, {"type": "nonsense"}, {"type": "trial", "requests": "many"}, []])
def test_another_line_is_refused(line: object) -> None:
    assert not jsonschema.Draft202012Validator(record_schema()).is_valid(line)
