"""Answers on a terminal, in JSON and as Markdown: one sentence, written once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from report.analysis.answers.answers import find_answers
from report.analysis.conclusions import conclude
from report.analysis.titles import titles_of
from report.views import terminal
from report.views.answers import headline
from report.views.answers.markdown import as_markdown
from report.views.answers.sentence import plain
from results.model import Run
from tests.support.made_answers import clear_winner, failures

RUN = clear_winner()


def sentence(run: Run) -> str:
    told, titles = find_answers(run, conclude(run)), titles_of(run)
    return plain(headline.headline(told.headline, titles))


def markdown(run: Run) -> str:
    return as_markdown(run.plan.name, find_answers(run, conclude(run)), titles_of(run))


def test_terminal_and_json_say_the_same_sentence() -> None:
    data = json.loads(terminal.as_json(RUN, Path("run"), None))
    assert data["headline"]["sentence"] == sentence(RUN)
    assert sentence(RUN) in terminal.as_text(RUN, Path("run"), None)
    for number in data["headline"]["numbers"]:
        assert number["value"]["low"] < number["value"]["value"] < number["value"]["high"]
        assert number["unit"] == "ratio"
        assert {number["slug"], number["relative_to"]} <= {cell.slug for cell in RUN.plan.cells}


def test_json_has_five_cards_each_with_its_command() -> None:
    cards = json.loads(terminal.as_json(RUN, Path("run"), None))["cards"]
    assert len(cards) == 5
    assert all(card["command"].startswith("hotlap run ") for card in cards)
    measured = [card for card in cards if card["rests_on"]]
    assert [card["kind"] for card in measured] == ["validated-api"]
    assert measured[0]["answer"]["numbers"]


def test_what_failed_is_said_beside_it() -> None:
    data = json.loads(terminal.as_json(failures(), Path("run"), None))
    assert [beside["sentence"] for beside in data["besides"]] == [
        "Django on gunicorn-gthread could not be measured."
    ]


def test_markdown_has_the_sentence_and_a_row_for_each_number() -> None:
    text = markdown(RUN)
    assert f"**{sentence(RUN)}**" in text
    assert "- JSON API with validation: Starlette on" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 4
    assert all(line.count("|") == 5 for line in rows)


def test_names_from_outside_are_no_markup() -> None:
    plan = replace(RUN.plan, name="<script> @all *bold*")
    assert "<script>" not in markdown(replace(RUN, plan=plan))
    assert "\\*bold" in markdown(replace(RUN, plan=plan))
