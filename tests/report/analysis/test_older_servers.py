from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from report.analysis.older_servers import older_servers
from report.analysis.two_sides.two_runs import compare_runs
from report.page.build import build
from report.views import comparison, cost_terminal, terminal
from results.model import Run
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run
from tests.support.two_runs import run_of

LEFT_OUT = "gunicorn 23.0.0 is too old for `--no-control-socket` (gunicorn>=25.1): left out"


def aged(run: Run) -> Run:
    """The run with a server in every environment that was not given an option."""
    environment = run.plan.environment
    frameworks = tuple(replace(known, server_differences=(LEFT_OUT,)) for known in environment.frameworks)
    return replace(run, plan=replace(run.plan, environment=replace(environment, frameworks=frameworks)))


def test_what_an_older_server_was_not_given_is_said_once() -> None:
    run = make_run()
    assert not older_servers(run)
    assert older_servers(aged(run)) == (LEFT_OUT,)


def test_terminal_and_json_of_a_run_say_it(tmp_path: Path) -> None:
    run = aged(make_run())
    assert f"older server: {LEFT_OUT}" in terminal.as_text(run, tmp_path, None)
    assert json.loads(terminal.as_json(run, tmp_path, None))["older_servers"] == [LEFT_OUT]


def test_terminal_and_json_of_counts_say_it(tmp_path: Path) -> None:
    run = aged(make_cost_run())
    assert f"older server: {LEFT_OUT}" in cost_terminal.as_text(run, tmp_path)
    assert json.loads(cost_terminal.as_json(run, tmp_path))["older_servers"] == [LEFT_OUT]


def test_a_comparison_says_of_which_side_it_is() -> None:
    compared = compare_runs(aged(run_of("one", 1)), run_of("two", 2))
    assert f"differs: base: {LEFT_OUT}" in comparison.as_text(compared)
    assert f"base: {LEFT_OUT}" in json.loads(comparison.as_json(compared))["differences"]


def test_the_page_declares_it_beside_the_environment(tmp_path: Path) -> None:
    page = build([aged(make_run())], tmp_path).read_text(encoding="utf-8")
    assert LEFT_OUT.replace(">", "&gt;") in page
