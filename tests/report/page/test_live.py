"""The section on lifecycles: a table a probe, in a page of its own or beside what was timed."""

from __future__ import annotations

import re
from pathlib import Path

from report.page.build import build
from results.store import read
from tests.support.records import RECORDS
from tests.support.synthetic_lifecycles import run


def test_a_page_of_lifecycles_alone(tmp_path: Path) -> None:
    page = build([run()], tmp_path).read_text(encoding="utf-8")
    assert re.findall(r'<section id="(\w+)"', page) == ["live", "trust", "method", "data"]
    for anchor in ("live-cold-start", "live-capabilities", "live-soak", "live-openapi-0"):
        assert f'id="{anchor}"' in page
    assert "no: &lt;closed&gt;" in page
    assert "<closed>" not in page
    assert "GET /json: not in the document of starlette" in page
    assert "no block: a probe" in page
    rows = (tmp_path / "lifecycles.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "run,cell,stack,probe,repeat,name,value"
    assert len(rows) == 1 + 2 * 2 * 10 + 1


def test_lifecycles_stand_beside_what_was_timed(tmp_path: Path) -> None:
    page = build([read(RECORDS / "run"), run()], tmp_path).read_text(encoding="utf-8")
    sections = re.findall(r'<section id="(\w+)"', page)
    assert sections.index("live") > sections.index("serve")
    assert (tmp_path / "trials.csv").exists()


def test_the_same_record_gives_the_same_page(tmp_path: Path) -> None:
    first, second = (build([run()], tmp_path / name).read_bytes() for name in "ab")
    assert first == second
