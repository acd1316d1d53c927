"""A run on two interpreters: what ran on both is shown apart, and no ratio is across them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from report.analysis.contenders import group_contenders
from report.analysis.frames import tabulate_trials
from report.analysis.summary import summarise
from report.analysis.titles import python_of
from report.page.context import make_context
from report.page.sections import overview
from report.views import terminal
from results.model import Run
from tests.support.synthetic import make_run
from tests.support.two_interpreters import joined, on

QUIET = {"scenarios": ("json",), "troubles": False, "control": False}


def both() -> Run:
    """The same stacks on two interpreters, one of them twice as slow."""
    fast, slow = make_run(**QUIET), make_run(**QUIET, seed=2)
    fast, slow = on(fast, "3.12", 0), on(slow, "3.13", 1)
    slow = replace(slow, trials=tuple(replace(trial, requests=trial.requests // 2) for trial in slow.trials))
    return joined(fast, slow)


RUN = both()


def test_a_slug_has_its_interpreter_where_there_are_several() -> None:
    cell = RUN.plan.cells[0]
    assert cell.slug == replace(cell, python="").slug.replace("--json", "--py3.12--json")
    assert cell.environment == f"{cell.framework}@3.12"
    assert replace(cell, python="").environment == cell.framework


def test_an_old_cell_has_the_interpreter_of_its_environment() -> None:
    plain = make_run(**QUIET)
    assert {python_of(plain.plan, cell) for cell in plain.plan.cells} == {"3.11.7"}
    assert {python_of(RUN.plan, cell) for cell in RUN.plan.cells} == {"3.12.1", "3.13.1"}
    assert set(tabulate_trials(RUN)["python"]) == {"3.12.1", "3.13.1"}


def test_no_group_holds_two_interpreters_nor_is_a_ratio_across_them() -> None:
    summaries = summarise(RUN)
    for kind in ("frameworks", "stacks"):
        groups = group_contenders(summaries, kind=kind)
        assert {group.workload.python for group in groups} == {"3.12", "3.13"}
        for group in groups:
            contenders = [*group.contenders, *group.floors]
            assert {contender.cell.python for contender in contenders} == {group.workload.python}
            assert all(contender.ratio.value < 1.05 for contender in group.contenders)
        assert any(len(group.contenders) > 1 for group in groups)


def test_page_and_terminal_name_the_interpreter(tmp_path: Path) -> None:
    text = terminal.as_text(RUN, tmp_path, None)
    assert "1 worker, Python 3.12" in text
    assert "1 worker, Python 3.13" in text
    context = make_context(RUN)
    headings = [context.heading(workload) for workload in context.workloads()]
    assert len(set(headings)) == 2
    assert all(
        f"Python {python}" in heading for python, heading in zip(("3.12", "3.13"), headings, strict=True)
    )
    assert "Python 3.13" in context.cell_name(RUN.plan.cells[-1])
    table = overview.overview(context)
    assert not any("not planned" in str(entry) for row in table.rows for entry in row.entries)
