"""Numbers with unit and interval, and lists that read as sentences."""

from __future__ import annotations

import pytest

from report import fmt
from report.stats.levels import Level


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345, "12,300"),
        (987.4, "987"),
        (4.2123, "4.21"),
        (0.0613, "0.0613"),
        (0, "0"),
        (999.9, "1,000"),
        (1e300, "1.00e+300"),
        (-2.5e-9, "-2.50e-09"),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert fmt.number(value) == text


def test_a_number_stands_with_its_unit_and_interval() -> None:
    assert fmt.amount(Level(value=100, low=90, high=111), "µs") == "100 µs (90.0–111)"
    assert fmt.amount(Level(value=100, n=0), "µs") == "100 µs (no interval)"
    assert fmt.amount(Level(value=100, n=2), "µs") == "100 µs (2 blocks: too few for an interval)"
    assert fmt.times(Level(value=0.5, n=1)) == "0.50× (1 block: too few for an interval)"
    assert fmt.times(Level(value=0.5, low=0.4, high=0.6)) == "0.50× (0.40–0.60)"


def test_lists_and_counts_read_as_sentences() -> None:
    assert fmt.listed(["a"]) == "a"
    assert fmt.listed(["a", "b", "c"]) == "a, b and c"
    assert fmt.counted(1, "block") == "1 block"
    assert fmt.counted(0, "block") == "0 blocks"


def test_lists_read_as_sentences() -> None:
    assert [fmt.listed(["a"]), fmt.listed(["a", "b"]), fmt.listed(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


def test_where_there_is_little_room_a_value_without_an_interval_stands_alone() -> None:
    assert fmt.short_amount(Level(value=36.6, n=2), "/s") == "36.6 /s"
    assert fmt.short_amount(Level(value=36.6, low=30.0, high=40.0, n=8), "/s") == "36.6 /s (30.0–40.0)"


def test_a_moment_that_no_calendar_has_is_said() -> None:
    assert fmt.moment(1_795_334_400.0, "%Y-%m-%d %H:%M") == "2026-11-22 08:00"
    assert fmt.moment(1e300, "%Y") == fmt.moment(-1e17, "%Y") == "at an unknown time"
