"""What is said of made runs, word for word, and what holds of whatever is said."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from report.analysis.answers.answers import find_answers
from report.analysis.answers.headline import Situation
from report.analysis.conclusions import conclude
from report.analysis.titles import titles_of
from report.views.answers import headline
from report.views.answers.sentence import numbers_of, plain
from results.model import Run
from tests.support import made_answers
from tests.support.ranking import RANKING

UNRANKED = {"few-blocks", "floor-only", "one-stack", "open-only", "old-record"}


@pytest.mark.parametrize("name", made_answers.RUNS)
def test_what_is_said_of_a_made_run(name: str) -> None:
    text = made_answers.said(made_answers.RUNS[name]())
    assert text == (made_answers.FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_text_has_its_run() -> None:
    assert {path.stem for path in made_answers.FOLDER.iterdir()} == set(made_answers.RUNS)


@pytest.mark.parametrize("name", made_answers.RUNS)
def test_every_percentage_is_a_number_with_its_cells(name: str) -> None:
    run = made_answers.RUNS[name]()
    told, titles = find_answers(run, conclude(run)).headline, titles_of(run)
    sentence = headline.headline(told, titles)
    words = " ".join(part for part in sentence if isinstance(part, str))
    assert not re.search(r"\d%|\d requests/s", words)
    slugs = {cell.slug for cell in run.plan.cells}
    for number in numbers_of([sentence]):
        assert number.cell.slug in slugs
        assert number.other is None or number.other.slug in slugs
    assert (name not in UNRANKED) or not RANKING.search(plain(sentence))


def situation(run: Run) -> Situation:
    return find_answers(run, conclude(run)).headline.situation


def test_a_run_without_trials_says_where_to_look() -> None:
    run = replace(made_answers.clear_winner(), trials=())
    assert situation(run) == Situation.NOTHING
    assert "Nothing was measured" in made_answers.said(run)


def test_a_small_effect_of_the_server_takes_its_name_out_of_the_sentence() -> None:
    told = made_answers.said(made_answers.clear_winner()).splitlines()[0]
    assert "the server matters less than" in told
    assert "uvicorn" not in told
    alone = made_answers.said(made_answers.level(100, 100, 200)).splitlines()[0]
    assert alone.startswith("On uvicorn-standard, ")


def test_whoever_has_flagged_trials_is_named_with_a_dagger() -> None:
    run = made_answers.changed(
        made_answers.clear_winner(), lambda cell: cell.framework == "starlette", lambda t: replace(t, stale=1)
    )
    assert "Starlette†" in made_answers.said(run).splitlines()[0]
