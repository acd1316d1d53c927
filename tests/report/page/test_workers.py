"""Throughput by workers, over runs that differ in nothing else."""

from __future__ import annotations

from dataclasses import replace

from report.page.context import Context
from report.page.index import IndexRow, make_index
from report.page.sections import serve
from results.model import Run
from tests.support.figures import anchors, texts
from tests.support.synthetic import make_run

TWO = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))


def with_workers(workers: int, name: str) -> Run:
    run = make_run(stacks=TWO, scenarios=("json",), control=False, troubles=False, name=name, blocks=4)
    cells = {cell: replace(cell, workers=workers) for cell in run.plan.cells}
    trials = tuple(
        replace(trial, cell=cells[trial.cell], requests=trial.requests * workers) for trial in run.trials
    )
    return replace(run, plan=replace(run.plan, cells=tuple(cells.values())), trials=trials)


def test_runs_that_differ_in_workers_are_a_chart_of_the_index() -> None:
    rows = [
        IndexRow(run=with_workers(workers, f"w{workers}"), href="x", verdict="y") for workers in (1, 2, 4)
    ]
    section = next(section for section in make_index(rows).sections if section.anchor == "workers")
    (part,) = section.parts
    (figure,) = part.figures
    assert "json, 64 connections" in figure.caption
    assert {"1", "2", "4", "Starlette on uvicorn-standard"} <= set(texts(part))
    assert len(part.points) == 2 * 2
    one = [section.anchor for section in make_index(rows[:1]).sections]
    assert "workers" not in one


def test_a_run_of_one_number_of_workers_has_no_chart_of_them(quick_context: Context) -> None:
    assert "workers-part" not in anchors(serve.section(quick_context))
