from __future__ import annotations

from dataclasses import replace

from report.analysis.two_sides.comparison import compare_sides
from report.analysis.two_sides.verdicts import Verdict
from report.views.comparison import as_text
from results.model import Failure, FailureStage, PlanKind, SideName
from tests.support.synthetic_gate import make_gate
from tests.support.synthetic_turns import make_gate_in_turns
from tests.support.two_runs import row


def test_two_sides_of_a_run_have_a_ratio_its_interval_and_a_word() -> None:
    compared = compare_sides(make_gate(kind=PlanKind.COMPARE, cpu_change=0.3))
    found = row(compared, "cpu_us_per_request")
    assert found.verdict == Verdict.REGRESSION
    ratio = found.change.ratio
    assert ratio is not None
    assert ratio.low is not None
    assert ratio.high is not None
    assert ratio.low < 1.3 < ratio.high
    assert row(compared, "cpu_us_per_request", "fastapi").verdict == Verdict.FINE
    assert compared.exit_code() == 0


def test_a_gates_confirmation_stands_for_its_screen() -> None:
    compared = compare_sides(make_gate(cpu_change=0.3, confirmed=11))
    assert row(compared, "cpu_us_per_request").change.stage == "confirm"


def test_a_pairing_that_failed_says_so_and_nothing_else() -> None:
    run = make_gate(kind=PlanKind.COMPARE)
    cell = run.plan.pairings[-1].head
    failure = Failure(
        stack=cell.stack,
        cell=cell,
        block=0,
        stage=FailureStage.LAUNCH,
        message="head: died",
        side=SideName.HEAD,
    )
    compared = compare_sides(replace(run, failures=(failure,)))
    assert row(compared, "cpu_us_per_request", "fastapi").said == "head: died (launch)"
    assert compared.exit_code() == 3


def test_a_doubt_about_a_cell_is_told_once() -> None:
    run = make_gate(kind=PlanKind.COMPARE, cost=False)
    drifting = replace(run, trials=tuple(replace(each, quarters=(9, 99, 999, 9_999)) for each in run.trials))
    text = as_text(compare_sides(drifting))
    assert text.count("drift (16 of 16 trials)") == 2


def test_pairs_in_turns_are_judged_as_pairs_of_windows_are() -> None:
    compared = compare_sides(make_gate_in_turns(kind=PlanKind.COMPARE, cpu_change=0.3, pair_noise=0.02))
    found = row(compared, "cpu_us_per_request")
    assert found.verdict == Verdict.REGRESSION
    assert found.change.notes == ()
    assert row(compared, "throughput_rps").verdict == Verdict.REGRESSION
    assert row(compared, "cpu_us_per_request", "fastapi").verdict == Verdict.FINE
    assert row(compared, "p50_us").said == "latency does not come from turns: see the open load"
    assert compared.exit_code() == 0
