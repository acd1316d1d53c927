"""The sentences: no ranking word without tiers."""

from __future__ import annotations

from dataclasses import replace

from report.analysis import flags
from report.analysis.contenders import group_contenders
from report.analysis.summary import summarise
from report.views import words
from tests.support.ranking import RANKING
from tests.support.synthetic import make_run

TITLES = {"fastapi": "FastAPI", "starlette": "Starlette"}
TWO = (("starlette", "uvicorn-standard"), ("fastapi", "uvicorn-standard"))


def test_equals_are_not_ranked() -> None:
    costs = {"starlette--uvicorn-standard": 100.0, "fastapi--uvicorn-standard": 100.0}
    run = make_run(stacks=TWO, cost_us=costs, troubles=False, control=False)
    groups = group_contenders(summarise(run))
    assert any("no difference could be told" in words.group_sentence(group, TITLES) for group in groups)


def test_few_blocks_rank_nothing() -> None:
    groups = group_contenders(summarise(make_run(blocks=5)))
    said = [words.nothing_ranked(groups), *(words.group_sentence(group, TITLES) for group in groups)]
    assert "5 blocks where 6 are needed" in said[0]
    assert not [sentence for sentence in said if RANKING.search(sentence)]


def test_nothing_measured_is_said() -> None:
    assert "Nothing was measured" in words.nothing_ranked([])
    floor_alone = group_contenders(
        summary for summary in summarise(make_run(troubles=False)) if summary.cell.framework == "asgi"
    )
    assert words.nothing_ranked(floor_alone).startswith("Only the bare interface was measured")


def test_whoever_has_flagged_trials_is_named_with_a_dagger() -> None:
    clean = make_run(stacks=TWO, troubles=False, control=False)
    flagged = tuple(
        replace(trial, stale=int((trial.cell.framework, trial.block) == ("starlette", 0)))
        for trial in clean.trials
    )
    summaries = summarise(replace(clean, trials=flagged))
    groups = group_contenders(summaries)

    assert "Starlette† is fastest." in words.group_sentence(groups[0], TITLES)
    assert flags.with_counts(summaries[0].flags) == "stale connections (1)"
    assert flags.with_counts(()) == "none"
    assert words.legend(groups).startswith("† marks")
    assert not words.legend(group_contenders(summarise(clean)))
