from __future__ import annotations

import json
from dataclasses import replace

import pytest

from report.analysis.two_sides.two_runs import CompareError, compare_runs
from report.analysis.two_sides.verdicts import Verdict
from report.views.comparison import as_json, as_text
from tests.support.synthetic import make_run
from tests.support.synthetic_gate import make_gate
from tests.support.synthetic_turns import make_relay
from tests.support.two_runs import STACKS, costs_of, row, run_of


def test_the_same_stack_twice_is_not_called_different() -> None:
    compared = compare_runs(run_of("one", 1), run_of("two", 2))
    assert {each.verdict for each in compared.rows} <= {
        Verdict.FINE,
        Verdict.UNSEEN,
        Verdict.UNMEASURED,
    }
    assert row(compared, "throughput_rps").change.basis == "block"


def test_more_work_in_a_second_run_is_found() -> None:
    slower = run_of("two", 2, cost_us={"starlette--uvicorn-standard": 160.0})
    compared = compare_runs(run_of("one", 1), slower)
    assert row(compared, "cpu_us_per_request").verdict == Verdict.REGRESSION
    throughput = row(compared, "throughput_rps")
    assert throughput.verdict == Verdict.REGRESSION
    assert throughput.change.ratio is not None
    assert throughput.change.ratio.value < 0.85
    assert row(compared, "cpu_us_per_request", "fastapi").verdict != Verdict.REGRESSION
    faster = compare_runs(slower, run_of("one", 1))
    assert row(faster, "cpu_us_per_request").verdict == Verdict.IMPROVEMENT


def test_counts_of_two_runs_are_compared() -> None:
    base, head = (costs_of(run_of(name, 1), cost) for name, cost in (("one", 200_000), ("two", 204_000)))
    (found,) = compare_runs(base, head).rows
    assert found.verdict == Verdict.REGRESSION
    assert found.change.ratio is not None
    assert found.change.ratio.value == pytest.approx(1.02, abs=1e-4)


def test_runs_of_two_machines_are_not_compared() -> None:
    head = run_of("two", 2)
    machine = replace(head.plan.environment.machine, cpu_model="another")
    moved = replace(
        head, plan=replace(head.plan, environment=replace(head.plan.environment, machine=machine))
    )
    compared = compare_runs(run_of("one", 1), moved)
    assert {each.verdict for each in compared.rows} == {Verdict.UNMEASURED}
    assert "machine changed: cpu_model" in compared.rows[0].said
    assert compared.exit_code() == 3


def test_another_configuration_of_the_servers_is_not_compared() -> None:
    head = run_of("two", 2)
    changed = replace(head, plan=replace(head.plan, setup=replace(head.plan.setup, threads=1)))
    assert "threads" in compare_runs(run_of("one", 1), changed).rows[0].said
    longer = replace(head, plan=replace(head.plan, setup=replace(head.plan.setup, window_s=2.0)))
    assert "window_s 0.7 -> 2.0" in compare_runs(run_of("one", 1), longer).differences


def test_what_only_one_run_has_is_named() -> None:
    more = make_run(name="two", stacks=STACKS, scenarios=("json", "params"), troubles=False)
    compared = compare_runs(run_of("one", 1), more)
    assert "starlette--uvicorn-standard--params--closed-64--w1: only in two" in compared.left_out


def test_runs_without_a_common_cell_or_of_two_sides_are_refused() -> None:
    with pytest.raises(CompareError, match="no cell in common"):
        compare_runs(
            run_of("one", 1), make_run(name="two", stacks=STACKS, scenarios=("params",), troubles=False)
        )
    with pytest.raises(CompareError, match="a comparison itself"):
        compare_runs(run_of("one", 1), make_gate())


def test_a_line_that_could_not_be_read_is_named() -> None:
    torn = replace(run_of("one", 1), problems=("line 9: not JSON",))
    assert compare_runs(torn, run_of("two", 2)).left_out == (
        "one: a line could not be read: line 9: not JSON",
    )


def test_text_and_json_hold_every_row() -> None:
    compared = compare_runs(run_of("one", 1), run_of("two", 2))
    text, data = as_text(compared), json.loads(as_json(compared))
    assert len(data["rows"]) == len(compared.rows) == 10
    assert data["base"] == "one"
    for each in compared.rows:
        assert each.change.pairing.head.slug in text
    assert as_text(compare_runs(run_of("one", 1), run_of("two", 2))) == text


def test_counts_of_two_builds_of_the_interpreter_are_not_compared() -> None:
    base, head = (costs_of(run_of(name, 1), 200_000) for name in ("one", "two"))
    environment = head.plan.environment
    others = tuple(replace(each, python="3.13.1") for each in environment.frameworks)
    moved = replace(head, plan=replace(head.plan, environment=replace(environment, frameworks=others)))
    compared = compare_runs(base, moved)
    assert "one build of the interpreter" in compared.rows[0].said
    assert "starlette: Python 3.11.7 -> 3.13.1" in compared.differences


def test_a_kernel_that_changed_is_named_beside_the_differences() -> None:
    head = run_of("two", 2)
    machine = replace(head.plan.environment.machine, kernel="6.12")
    moved = replace(
        head, plan=replace(head.plan, environment=replace(head.plan.environment, machine=machine))
    )
    compared = compare_runs(run_of("one", 1), moved)
    assert any(line.startswith("kernel ") for line in compared.differences)
    assert compared.exit_code() == 0


def test_a_single_block_makes_no_claim() -> None:
    compared = compare_runs(run_of("one", 1, blocks=1), run_of("two", 2, blocks=1))
    assert "fewer than two blocks" in row(compared, "cpu_us_per_request").said
    assert compared.exit_code() == 3


def test_turns_and_whole_windows_are_not_compared() -> None:
    windows = run_of("windows", 1)
    turns = make_relay(name="turns", stacks=STACKS, scenarios=("json",))
    compared = compare_runs(windows, turns)
    assert {found.said for found in compared.rows} == {
        "measured in another way: in whole windows on base, in turns on head"
    }
    assert compared.exit_code() == 3
    assert any(line.startswith("turn_s None -> ") for line in compared.differences)


def test_two_runs_in_turns_are_compared_by_their_legs() -> None:
    base, head = (
        make_relay(name=name, stacks=STACKS, scenarios=("json",), seed=seed, cost_us=cost)
        for name, seed, cost in (("one", 1, {}), ("two", 2, {"starlette--uvicorn-standard": 240.0}))
    )
    compared = compare_runs(base, head)
    ratio = row(compared, "throughput_rps").change.ratio
    assert ratio is not None
    assert ratio.value == pytest.approx(0.5, abs=0.1)
    assert row(compared, "p99_us").said == "base: latency does not come from turns: see the open load"


def test_runs_of_unlike_noise_say_so() -> None:
    loud, *others = (
        make_relay(name=f"run-{seed}", stacks=STACKS, scenarios=("json",), seed=seed, speed_spread=spread)
        for seed, spread in enumerate((0.3, 0.1, 0.25))
    )
    told = [
        [text for text in compare_runs(run, loud).differences if text.startswith("machine speed")]
        for run in others
    ]
    assert [len(lines) for lines in told] == [1, 0]
