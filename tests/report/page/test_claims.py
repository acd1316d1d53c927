"""Claims on the page: what the run says of them, and what would measure the others."""

from __future__ import annotations

from pathlib import Path

from report.page.build import build
from tests.support.made_answers import flask_level
from tests.support.synthetic import make_run


def test_a_claim_stands_with_its_number_and_the_others_with_their_commands(tmp_path: Path) -> None:
    page = build([flask_level()], tmp_path).read_text(encoding="utf-8")
    section = page[page.index('<section id="claims"') : page.index('<section id="trust"')]
    assert "WSGI can still be enough." in section
    assert "flask on granian-wsgi answers 2." in section
    assert "What this run cannot tell" in section
    assert "hotlap lifecycle" in section


def test_a_run_that_tells_of_none_has_no_section_on_them(tmp_path: Path) -> None:
    alone = make_run(stacks=(("starlette", "uvicorn-standard"),), scenarios=("json",), troubles=False)
    assert 'id="claims"' not in build([alone], tmp_path).read_text(encoding="utf-8")
