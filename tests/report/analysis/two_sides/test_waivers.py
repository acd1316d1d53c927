from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from report.analysis.two_sides.waivers import WaiverError, load, parse
from results.model import Cell, Interface, Pairing

GOOD = """
[[waiver]]
cell = "fastapi--*--orders--*"
metric = "instructions_per_request"
ceiling_percent = 3
reason = "orders are validated twice until 2.0"
expires = 2027-01-31
"""


def test_a_waiver_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "perf-waivers.toml"
    path.write_text(GOOD, encoding="utf-8")
    (found,) = load(path)
    assert found.ceiling_percent == 3.0
    assert found.expires == date(2027, 1, 31)
    assert not found.expired(date(2027, 1, 31))
    assert found.expired(date(2027, 2, 1))


def test_a_waiver_covers_the_cells_of_its_glob() -> None:
    (found,) = parse(GOOD)
    cell = Cell(framework="fastapi", server="uvicorn-standard", interface=Interface.ASGI, scenario="orders")
    other = Cell(framework="fastapi", server="uvicorn-standard", interface=Interface.ASGI, scenario="json")
    assert found.covers(Pairing(base=cell, head=cell), "instructions_per_request")
    assert not found.covers(Pairing(base=cell, head=cell), "cpu_us_per_request")
    assert not found.covers(Pairing(base=other, head=other), "instructions_per_request")


def test_no_waivers_are_fine() -> None:
    assert parse("") == ()
    assert parse("# nothing is waived\n") == ()


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("[[waiver]]", "[[waiver", "is no TOML"),
        ("[[waiver]]", "[waiver]", r"begins with \[\[waiver\]\]"),
        ("[[waiver]]", "[[waivers]]", "unknown key 'waivers'"),
        ("reason", "reasons", "unknown key 'reasons'; nearest: reason"),
        ('reason = "orders are validated twice until 2.0"', "", "missing reason"),
        ('reason = "orders are validated twice until 2.0"', 'reason = " "', "wanted a text"),
        ('"instructions_per_request"', '"instructions"', "nearest: instructions_per_request"),
        ("= 3", "= -3", "wanted a number above 0"),
        ("= 3", "= true", "wanted a number above 0"),
        ("= 3", "= inf", "wanted a number above 0"),
        ("2027-01-31", '"2027-01-31"', "wanted a day without quotes"),
        ("2027-01-31", "2027-01-31T10:00:00", "wanted a day without quotes"),
        ("2027-01-31", "2027-02-31", "is no TOML"),
    ],
)
def test_what_makes_no_sense_is_a_clear_message(was: str, becomes: str, message: str) -> None:
    with pytest.raises(WaiverError, match=message):
        parse(GOOD.replace(was, becomes, 1))


def test_a_message_says_which_waiver(tmp_path: Path) -> None:
    with pytest.raises(WaiverError, match="waiver 2: missing"):
        parse(GOOD + "[[waiver]]\n")
    with pytest.raises(WaiverError, match="cannot be read"):
        load(tmp_path / "nowhere.toml")
