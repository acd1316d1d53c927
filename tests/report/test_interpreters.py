"""A run on two interpreters: what ran on both is shown apart, and no ratio is across them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from report.analysis.contenders import group_contenders
from report.analysis.costs import summarise_costs
from report.analysis.frames import tabulate_trials
from report.analysis.gate.judge import judge
from report.analysis.summary import summarise
from report.analysis.titles import python_of
from report.page.context import make_context
from report.page.sections import overview
from report.views import cost_terminal, terminal
from report.views.gate import exports
from results.model import Cell, Pairing, Run
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_gate import make_gate
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


def counted() -> Run:
    """The same stacks counted on two interpreters."""
    runs = [
        on(
            make_cost_run(scenarios=("plaintext", "orders", "orders-raw"), troubles=False, seed=seed),
            python,
            0,
        )
        for seed, python in enumerate(("3.12", "3.13"))
    ]
    named = [
        replace(
            run,
            costs=tuple(replace(record, cell=replace(record.cell, python=python)) for record in run.costs),
        )
        for run, python in zip(runs, ("3.12", "3.13"), strict=True)
    ]
    first, second = named
    return replace(joined(first, second), costs=first.costs + second.costs)


def test_no_layer_stands_on_one_of_another_interpreter_nor_is_a_thing_told_across(tmp_path: Path) -> None:
    run = counted()
    costs = summarise_costs(run)
    steps = [step for layers in costs.layers for step in layers.steps]
    steps += [step for _, members in costs.twins for step in members]
    assert {step.count.cell.python for step in steps if step.over and step.level} == {"3.12", "3.13"}
    for step in steps:
        assert "different builds" not in step.reason, step.count.cell.slug
        assert step.over is None or step.over.cell.python == step.count.cell.python
        assert step.count.build.startswith(f"Python {step.count.cell.python}.1")
        inside = costs.in_process(step.count.cell)
        assert inside is None or inside.cell.python == step.count.cell.python
    told = json.loads(cost_terminal.as_json(run, tmp_path))
    assert {layers["python"] for layers in told["layers"]} == {"3.12", "3.13"}
    assert all(
        f"--py{layers['python']}" in step["slug"] for layers in told["layers"] for step in layers["steps"]
    )
    assert "Python 3.13" in cost_terminal.as_text(run, tmp_path)


def test_two_sides_are_held_against_each_other_on_each() -> None:
    made = make_gate()
    one, other = (_named_gate(made, python) for python in ("3.12", "3.13"))
    made_one = joined(one, other)
    plan = replace(made_one.plan, pairings=one.plan.pairings + other.plan.pairings)
    both = replace(made_one, plan=plan, costs=one.costs + other.costs)
    alone, judged = judge(made), judge(both)
    assert len(judged.rows) == 2 * len(alone.rows)
    assert not [row for row in judged.rows if "configuration changed" in row.change.reason]
    names = {row["cell"] for row in json.loads(exports.as_json(judged))["rows"]}
    assert {name.replace("--py3.12", "--py3.13") for name in names if "--py3.12" in name} == {
        name for name in names if "--py3.13" in name
    }
    assert exports.junit(judged).count("--py3.12--") == exports.junit(judged).count("--py3.13--") > 0


def _named_gate(run: Run, python: str) -> Run:
    """A gate on an interpreter of that name."""

    def named(cell: Cell) -> Cell:
        return replace(cell, python=python)

    environment = run.plan.environment
    frameworks = tuple(replace(part, interpreter=python) for part in environment.frameworks)
    return replace(
        run,
        plan=replace(
            run.plan,
            cells=tuple(map(named, run.plan.cells)),
            pairings=tuple(
                Pairing(base=named(pairing.base), head=named(pairing.head)) for pairing in run.plan.pairings
            ),
            environment=replace(environment, frameworks=frameworks),
        ),
        trials=tuple(replace(trial, cell=named(trial.cell)) for trial in run.trials),
        costs=tuple(replace(record, cell=named(record.cell)) for record in run.costs),
    )
