"""What the code says of docs/method.md stands there: sections that exist, effects as they are declared."""

from __future__ import annotations

import re

import pytest

from report.analysis.metric_types import Effects
from report.analysis.metrics import (
    COST_EFFECTS,
    CPU_EFFECTS,
    MEDIAN_EFFECTS,
    MEMORY_EFFECTS,
    P99_EFFECTS,
    THROUGHPUT_EFFECTS,
)
from tests.support.paths import ROOT

METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
HEADINGS = dict(re.findall(r"^## (\d+)\. (.+)$", METHOD, re.MULTILINE))
CODE = (".ci", "apps", "report", "results", "runners", "scenarios", "tests")
REFERENCE = re.compile(r"method\.md,\s+sections?\s+((?:\d+|,|and|\s)+)")


def references() -> list[tuple[str, str]]:
    """(file, number) of every section of docs/method.md that the code names."""
    named = []
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for numbers in REFERENCE.findall(path.read_text(encoding="utf-8")):
                named += [(str(path.relative_to(ROOT)), number) for number in re.findall(r"\d+", numbers)]
    return named


def test_the_sections_are_numbered_without_a_gap() -> None:
    assert list(HEADINGS) == [str(number) for number in range(1, len(HEADINGS) + 1)]
    assert len(HEADINGS) == len(re.findall(r"^## ", METHOD, re.MULTILINE))


def test_every_section_that_the_code_names_exists() -> None:
    named = references()
    assert len(named) >= 10
    assert not [(path, number) for path, number in named if number not in HEADINGS]


def test_sections_that_the_method_names_itself_exist() -> None:
    assert set(re.findall(r"\(section (\d+)\)", METHOD)) <= set(HEADINGS)


def test_no_code_refers_to_a_method_that_is_not_in_the_project() -> None:
    pattern = re.compile(r"\bMETHOD(?:'s| sections?)\b")
    others = [
        path for folder in CODE for path in (ROOT / folder).rglob("*.py") if path.name != "test_method.py"
    ]
    assert not [path for path in others if pattern.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("metrics", "effects"),
    [
        ("cost", COST_EFFECTS),
        ("CPU per request", CPU_EFFECTS),
        ("throughput", THROUGHPUT_EFFECTS),
        ("median latency", MEDIAN_EFFECTS),
        ("99th percentile", P99_EFFECTS),
        ("memory after load", MEMORY_EFFECTS),
    ],
)
def test_the_effects_are_those_of_the_code(metrics: str, effects: Effects) -> None:
    (least, worst) = re.search(rf"^\| {metrics} \| (.+)% \| (.+)% \|$", METHOD, re.MULTILINE).groups()  # type: ignore[union-attr]
    assert (effects.least, effects.must_not_pass) == (float(least) / 100, float(worst) / 100)
