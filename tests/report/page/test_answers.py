"""The top of the page: numbers that link to their rows, five cards; and moves, opened pair by pair."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from report.page.build import build
from tests.support.made_answers import clear_winner
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run


class Links(HTMLParser):
    """Text and target of each link within a heading or a card, and the text of each row by its anchor."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.rows: dict[str, str] = {}
        self._row = self._target = ""
        self._within = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self._within += tag in {"h1", "article"}
        if tag == "tr":
            self._row = named.get("id", "")
        if tag == "a" and self._within:
            self._target = named["href"].removeprefix("#")
            self.links.append(("", self._target))

    def handle_data(self, data: str) -> None:
        if self._target:
            self.links[-1] = (self.links[-1][0] + data, self._target)
        if self._row:
            self.rows[self._row] = self.rows.get(self._row, "") + f"{data} "

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in {"h1", "article"}
        if tag == "a":
            self._target = ""
        if tag == "tr":
            self._row = ""


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build([clear_winner()], tmp_path_factory.mktemp("page")).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build([make_run()], tmp_path_factory.mktemp("quick")).read_text(encoding="utf-8")


def test_every_number_of_headline_and_cards_links_to_a_row_with_its_interval(html: str) -> None:
    page = Links(html)
    assert len(page.links) >= 3
    assert all(re.search(r"\d–[\d.]+%", page.rows[target]) for _, target in page.links)
    assert sum(text not in page.rows[target] for text, target in page.links) <= 1  # the end of an interval


def test_rows_of_numbers_link_to_the_rows_of_their_cells(html: str) -> None:
    table = html[html.index('id="numbers"') : html.index("</table>", html.index('id="numbers"'))]
    targets = re.findall(r'<a href="#([^"]+)"', table)
    assert targets
    for target in targets:
        assert f'<tr id="{target}"' in html


def test_there_are_five_cards_and_what_was_not_measured_names_its_command(html: str) -> None:
    assert html.count("<article ") == 5
    assert "hotlap run --suite data" in re.sub(r"<[^>]+>", "", html)
    assert "Rests on orders: closed load, 64 connections, 1 worker, in turns, 8 blocks" in html


def test_moves_are_folded_pair_by_pair(quick: str) -> None:
    section = quick[quick.index('<section id="migrate"') : quick.index('<section id="trust"')]
    assert section.count("<details") == section.count("<summary>") > 10
    assert "From FastAPI on uvicorn-standard" in section
    assert re.search(r"<summary>To Starlette on uvicorn-standard: saves at most \d+% \(\d+ to \d+\)", section)
    assert "no bare interface was asked the same on this server" in section


def test_dependencies_are_given_up_by_a_move_to_flask(quick: str) -> None:
    assert "dependencies (Flask has no dependency injection)" in quick


def test_a_run_that_only_counted_has_neither_cards_nor_moves(tmp_path: Path) -> None:
    counted = build([make_cost_run()], tmp_path).read_text(encoding="utf-8")
    assert "<article " not in counted
    assert 'id="migrate"' not in counted


def test_kinds_of_work_without_a_move_are_named_with_what_measures_them(quick: str) -> None:
    section = quick[quick.index('<section id="migrate"') : quick.index('<section id="claims"')]
    begin = section.index('<p class="note">')
    note = section[begin : section.index("</p>", begin)]
    assert "Streaming and real time (hotlap run --suite realtime)" in note
    assert "JSON API with validation (" not in note
