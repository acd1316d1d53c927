"""What was recorded at one commit is still read as that commit read it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from results.store import FILE, read
from tests.support.records import NAMES, RECORDS, digest

DECODED = json.loads((RECORDS / "decoded.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_record_decodes_to_what_it_was(name: str) -> None:
    assert digest(replace(read(RECORDS / name), problems=())) == DECODED[name]


@pytest.mark.parametrize("name", NAMES)
def test_only_the_torn_records_have_problems(name: str) -> None:
    expected = {"torn": 1, "torn-resumed": 1}.get(name, 0)
    assert len(read(RECORDS / name).problems) == expected


def test_there_is_a_record_of_every_kind() -> None:
    kinds = {read(RECORDS / name).plan.kind for name in NAMES}
    assert kinds == {"run", "cost", "compare", "gate"}
    types = {json.loads(line)["type"] for name in NAMES if name != "torn" for line in lines(name)}
    assert types == {
        *("plan", "launch", "trial", "failure", "block-start", "block-end"),
        *("cost", "cost-shares"),
    }


def lines(name: str) -> list[bytes]:
    return (RECORDS / name / FILE).read_bytes().splitlines()
