"""The gate tests itself on recorded runs; see ``gate_fixtures``."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import date

import pytest

from report.analysis.gate.judge import judge
from report.analysis.metric_types import Effects
from report.analysis.metrics import COST, CPU, MEDIAN, MEMORY, P99, THROUGHPUT
from report.analysis.two_sides.tolerances import DEFAULTS, Tolerances
from report.analysis.two_sides.verdicts import Verdict
from report.analysis.two_sides.waivers import Waiver
from report.views.gate import outputs
from report.views.gate.markdown import escape
from results.model import InstructionCounter, PlanKind, Run, Side, SideName
from results.store import RecordError, read
from tests.support.gate_fixtures import EXPECTED, FOLDER, GOLDEN, ONE, WRITERS, judged, recorded
from tests.support.synthetic_gate import make_gate

DAY = date(2026, 11, 22)
"""On which the recorded runs were made."""


def word_of(
    run: Run, metric: str, framework: str = "starlette", tolerances: Tolerances | None = None
) -> Verdict:
    judgement = judge(run, tolerances=tolerances or Tolerances())
    (row,) = (
        row
        for row in judgement.rows
        if row.change.metric.name == metric and row.change.pairing.head.framework == framework
    )
    return row.verdict


def waiver(**changes: object) -> Waiver:
    given = Waiver(
        cell="starlette--*--lockstep-*",
        metric=COST.name,
        ceiling_percent=3.0,
        reason="validation is stricter now",
        expires=date(2027, 1, 31),
    )
    return replace(given, **changes)  # type: ignore[arg-type] # passed on by name


@pytest.mark.parametrize(("name", "code"), EXPECTED.items())
def test_each_recorded_run_gets_its_exit_code(name: str, code: int) -> None:
    assert judged(name).exit_code() == code


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("suffix", WRITERS)
def test_outputs_are_the_recorded_ones_byte_for_byte(name: str, suffix: str) -> None:
    wanted = (FOLDER / f"{name}.{suffix}").read_text(encoding="utf-8")
    assert WRITERS[suffix](judged(name)) + "\n" == wanted


def test_a_foreign_file_is_a_clear_message() -> None:
    with pytest.raises(RecordError, match="line 1 is no plan") as caught:
        read(FOLDER / "foreign.jsonl")
    assert "measure again" in caught.value.remedy


def test_what_could_not_be_measured_names_the_cell_and_the_reason() -> None:
    for name in (name for name, code in EXPECTED.items() if code == 3):
        judgement = judged(name)
        rows = judgement.having(Verdict.UNMEASURED)
        assert judgement.problems or rows, name
        assert all(row.said for row in rows), name


def test_inconclusive_fails_only_where_it_is_asked_for() -> None:
    noisy = judged("noisy")
    assert noisy.inconclusive
    assert noisy.exit_code(fail_on_inconclusive=False) == 0
    assert noisy.exit_code(fail_on_inconclusive=True) == 4
    assert judged("aa").exit_code(fail_on_inconclusive=True) == 0


def test_a_regression_says_more_than_a_missing_cell() -> None:
    both = replace(recorded("cost-2-percent"), trials=())
    assert judge(both).exit_code() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"expires": DAY}, 0),
        ({"expires": date(2026, 11, 21)}, 1),
        ({"ceiling_percent": 1.0}, 1),
        ({"cell": "fastapi--*"}, 1),
        ({"metric": CPU.name}, 1),
    ],
)
def test_a_waiver_holds_for_its_cell_its_metric_its_ceiling_and_its_time(
    changes: dict[str, object], code: int
) -> None:
    assert judge(recorded("cost-2-percent"), [waiver(**changes)]).exit_code() == code


def test_an_expired_waiver_fails_even_where_nothing_regressed() -> None:
    judgement = judge(recorded("aa"), [waiver(expires=date(2026, 1, 1))])
    assert judgement.exit_code() == 1
    assert judgement.expired


def test_an_unused_waiver_is_named() -> None:
    given = waiver()
    assert judge(recorded("aa"), [given]).unused == (given,)
    assert judge(recorded("cost-2-percent"), [given]).unused == ()


def test_only_a_confirmation_says_regression_of_a_load() -> None:
    assert word_of(make_gate(cpu_change=0.3), CPU.name) == Verdict.UNMEASURED
    assert word_of(make_gate(cpu_change=0.3, confirmed=11), CPU.name) == Verdict.REGRESSION
    assert word_of(make_gate(cpu_change=0.3, kind=PlanKind.COMPARE), CPU.name) == Verdict.REGRESSION


def deciding(run: Run, tolerances: Tolerances = DEFAULTS) -> set[tuple[str, str]]:
    """Load and metric of everything that decides."""
    return {
        (row.change.pairing.head.load, row.change.metric.name)
        for row in judge(run, tolerances=tolerances).rows
        if row.decides
    }


def test_of_a_saturated_server_only_cost_and_cpu_per_request_decide() -> None:
    run = make_gate(cpu_change=0.3, confirmed=11)
    assert deciding(run) == {("lockstep", COST.name), ("closed", CPU.name)}
    assert {row.change.metric.name for row in judge(run).rows if not row.decides} == {
        "throughput_rps",
        "p50_us",
        "p99_us",
        "memory_mib",
    }


def test_of_a_server_that_waits_throughput_decides_and_cpu_per_request_does_not() -> None:
    run = make_gate(stacks=ONE, cost=False, wait_us=40_000, confirmed=16)
    assert deciding(run) == {("closed", THROUGHPUT.name)}
    assert word_of(run, THROUGHPUT.name) == Verdict.REGRESSION
    judgement = judge(run)
    assert judgement.exit_code() == 1
    (row,) = judgement.having(Verdict.REGRESSION)
    assert row.waits
    assert 0.15 < (row.change.ratio.value if row.change.ratio else 0) < 0.2


def test_two_servers_that_wait_alike_are_fine() -> None:
    run = make_gate(stacks=ONE, cost=False, pair_noise=0.01)
    waiting = replace(run, trials=tuple(replace(each, window_s=2 * each.window_s) for each in run.trials))
    assert deciding(waiting) == {("closed", THROUGHPUT.name)}
    assert word_of(waiting, THROUGHPUT.name) == Verdict.FINE
    assert judge(waiting).exit_code() == 0


def test_a_wait_in_one_request_of_twenty_is_found_in_the_99th_percentile_at_an_equal_rate() -> None:
    run = make_gate(
        stacks=ONE, cost=False, pair_noise=0.02, open_rate_rps=1000.0, seldom_us=2_000, confirmed=16
    )
    assert deciding(run) == {("closed", CPU.name), ("open", MEDIAN.name), ("open", P99.name)}
    found = judge(run).having(Verdict.REGRESSION)
    assert [row.change.metric for row in found] == [P99]
    assert (
        judge(
            make_gate(stacks=ONE, cost=False, pair_noise=0.02, open_rate_rps=1000.0, confirmed=16)
        ).exit_code()
        == 0
    )


def test_a_rate_at_which_few_requests_are_due_leaves_p99_to_inform() -> None:
    few = make_gate(
        stacks=ONE, cost=False, pair_noise=0.02, open_rate_rps=1000.0, seldom_us=2_000, requests=200
    )
    assert deciding(few) == {("closed", CPU.name), ("open", MEDIAN.name)}
    assert judge(few).exit_code() == 0


def test_p99_that_is_worse_needs_5000_requests_in_all_fresh_pairs() -> None:
    short = make_gate(
        stacks=ONE,
        cost=False,
        pair_noise=0.02,
        open_rate_rps=1000.0,
        seldom_us=2_000,
        requests=301,
        confirmed=16,
    )
    judgement = judge(short)
    assert not judgement.having(Verdict.REGRESSION)
    (row,) = judgement.having(Verdict.UNMEASURED)
    assert row.change.metric is P99
    assert "not confirmed" in row.said


def test_more_memory_decides_only_where_it_is_asked_for() -> None:
    run = make_gate(stacks=ONE, cost=False, memory_change=0.3, confirmed=16)
    assert judge(run).exit_code() == 0
    assert word_of(run, MEMORY.name) == Verdict.REGRESSION
    asked = Tolerances(memory=True)
    assert ("closed", MEMORY.name) in deciding(run, asked)
    assert judge(run, tolerances=asked).exit_code() == 1


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        (
            {"wait_us": 40_000},
            (
                "`json` of starlette on uvicorn-standard answers 84% fewer requests at 64 connections: it "
                "waits; CPU per request cannot be compared. "
            ),
        ),
        (
            {"open_rate_rps": 1000.0, "seldom_us": 2_000},
            "`json` of starlette on uvicorn-standard takes ",
        ),
    ],
)
def test_the_first_line_of_every_output_says_what_got_worse(changes: dict[str, object], first: str) -> None:
    judgement = judge(make_gate(stacks=ONE, cost=False, confirmed=16, **changes))
    text, markdown, data, xml = (
        write(judgement) for write in (outputs.as_text, outputs.markdown, outputs.as_json, outputs.junit)
    )
    assert text.startswith(first)
    assert markdown.startswith("**" + escape(first)[:40])
    assert next(iter(json.loads(data).values())).startswith(first)
    assert first in html.unescape(xml.splitlines()[1])


def test_less_work_is_an_improvement_and_passes() -> None:
    run = make_gate(cpu_change=-0.3, cost_change=-0.05)
    assert word_of(run, COST.name) == Verdict.IMPROVEMENT
    assert word_of(run, CPU.name) == Verdict.IMPROVEMENT
    assert judge(run).exit_code() == 0


def test_a_screen_that_ended_early_says_so_and_is_judged_by_what_there_is() -> None:
    run = make_gate()
    short = replace(run, plan=replace(run.plan, setup=replace(run.plan.setup, blocks=12)))
    (row, *_) = (row for row in judge(short).rows if row.change.metric == CPU)
    assert "only 8 of 12 planned launch pairs measured" in row.change.notes
    assert row.verdict == word_of(run, CPU.name)


def test_a_bias_of_place_is_no_regression() -> None:
    run = make_gate(place_bias=0.2, pair_noise=0.02)
    assert word_of(run, CPU.name) == Verdict.FINE
    (row, *_) = (row for row in judge(run).rows if row.change.metric == CPU)
    assert row.change.ratio is not None
    assert 0.95 < row.change.ratio.value < 1.05


def test_what_must_not_pass_is_an_option() -> None:
    run = make_gate(cost_change=0.02)
    lenient = Tolerances(effects={COST.name: Effects(least=0.05, must_not_pass=0.1)})
    assert word_of(run, COST.name, tolerances=lenient) == Verdict.FINE
    with pytest.raises(ValueError, match="must not pass"):
        Effects(least=0.2, must_not_pass=0.1)


def test_p99_says_nothing_below_5000_requests() -> None:
    judgement = judge(make_gate(requests=4_000))
    p99 = [row for row in judgement.rows if row.change.metric is P99]
    assert {row.verdict for row in p99} == {Verdict.UNMEASURED}
    assert "5,000 requests" in p99[0].said
    assert judgement.exit_code() == 0


def test_a_server_that_is_not_saturated_has_no_cpu_per_request() -> None:
    run = make_gate(stacks=ONE, cost=False)
    idle = replace(run, trials=tuple(replace(each, window_s=2 * each.window_s) for each in run.trials))
    (row,) = (row for row in judge(idle).rows if row.change.metric is CPU)
    assert row.verdict == Verdict.UNMEASURED
    assert not row.decides
    assert "busy" in row.said


def test_a_python_that_was_asked_for_changes_load_but_forbids_counts() -> None:
    run = recorded("interpreter")
    sides = tuple(Side(name=each.name, title=each.name, python="3.13" * (each.name == SideName.HEAD) or None)
                  for each in run.plan.sides)  # fmt: skip
    asked = replace(run, plan=replace(run.plan, sides=sides))
    assert word_of(asked, CPU.name) != Verdict.UNMEASURED
    assert word_of(asked, COST.name) == Verdict.UNMEASURED
    assert word_of(run, CPU.name) == Verdict.UNMEASURED


def test_other_routes_mounted_are_another_configuration() -> None:
    run = recorded("aa")
    first, *rest = run.launches
    changed = replace(run, launches=(replace(first, mounted=("json", "orders")), *rest))
    assert "mounted" in judge(changed).having(Verdict.UNMEASURED)[0].said


def test_counts_by_different_tools_are_not_compared() -> None:
    run = recorded("aa")
    first, *rest = run.costs
    changed = replace(run, costs=(replace(first, counter=InstructionCounter.PERF), *rest))
    assert "different tools" in judge(changed).having(Verdict.UNMEASURED)[0].said


def test_a_failure_that_no_cell_owns_still_stops_the_gate() -> None:
    run = recorded("failure")
    other = replace(run.failures[0], cell=None, stack="flask--gunicorn-sync")
    judgement = judge(replace(run, failures=(other,)))
    assert judgement.exit_code() == 3
    assert "flask--gunicorn-sync" in judgement.problems[0]


def test_a_run_that_compares_nothing_is_not_fine() -> None:
    run = recorded("aa")
    assert judge(replace(run, plan=replace(run.plan, pairings=()))).exit_code() == 3
