from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, JUnitXml, Skipped
from junitparser import Failure as JUnitFailure

from report.analysis.gate.judge import judge
from report.analysis.gate.judgement import Judgement
from report.analysis.two_sides.waivers import Waiver
from report.views.gate import outputs
from report.views.gate.markdown import code, escape
from results.model import Failure, FailureStage, Run, SideName
from tests.support.gate_fixtures import judged, recorded
from tests.support.synthetic_gate import make_gate

HOSTILE = "a|b <script>alert(1)</script> [x](http://evil.example) @everyone `code` *b* \x1b[31m\x00\n# title"


def hostile() -> Judgement:
    """Everything that may come from outside, as bad as it can be."""
    run = recorded("failure")
    failure = replace(run.failures[0], message=HOSTILE, remedy=HOSTILE)
    plan = run.plan
    machine = replace(plan.environment.machine, cpu_model=HOSTILE)
    frameworks = tuple(replace(each, versions={HOSTILE: each.side}) for each in plan.environment.frameworks)
    changed = replace(
        plan,
        name=HOSTILE,
        sides=tuple(replace(side, title=HOSTILE) for side in plan.sides),
        environment=replace(plan.environment, machine=machine, frameworks=frameworks),
        setup=replace(plan.setup, command=("gate", HOSTILE)),
    )
    return judge(replace(run, plan=changed, failures=(failure,), problems=(HOSTILE,)))


def results(judgement: Judgement) -> dict[str, list[type]]:
    """Kinds of results by class and name of the case."""
    xml = JUnitXml.fromstring(outputs.junit(judgement).encode())
    return {
        f"{case.classname} {case.name}": [type(each) for each in case.result]
        for suite in xml
        for case in suite
    }


def test_the_first_line_says_what_to_do() -> None:
    first = {name: outputs.markdown(judged(name)).splitlines()[0] for name in ("aa", "cost-2-percent", "nan")}
    assert first["aa"].startswith("**Nothing to do")
    assert first["cost-2-percent"].startswith("**" + escape("`json` of starlette on uvicorn-"))
    assert "more instructions per request. Look at 1 cell" in first["cost-2-percent"]
    assert first["nan"].startswith("**Mend what could not be measured")


def test_what_changed_is_in_sight_and_the_rest_is_folded() -> None:
    text = outputs.markdown(judge(make_gate(cost_change=0.02)))
    seen, _, folded = text.partition("<details>")
    assert "regression" in seen
    assert "fastapi--uvicorn-standard--json--lockstep" not in seen
    assert "fastapi--uvicorn-standard--json--lockstep" in folded
    for told in ("noise floor", "smallest effect visible", "machine:", "To measure again", "hotlap gate"):
        assert told in folded


@pytest.mark.parametrize("write", [outputs.markdown, outputs.as_text, outputs.as_json, outputs.junit])
def test_the_same_data_gives_the_same_bytes(write: object) -> None:
    assert callable(write)
    assert write(judge(recorded("cost-2-percent"))) == write(judge(recorded("cost-2-percent")))


@pytest.mark.faults("hostile-markdown")
def test_markdown_takes_nothing_from_outside_as_markup() -> None:
    text = outputs.markdown(hostile())
    assert "<script" not in text
    assert not re.search(r"(?<!\\)[@`]", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "\n# title" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {9}


def test_escaped_text_reads_as_it_was() -> None:
    assert escape("+2.1% (-1.0 to 3.0)") == "+2.1% (-1.0 to 3.0)"
    assert escape("a|b\nc") == r"a\|b c"
    assert code("fastapi==0.115.*") == "<code>fastapi==0.115.&#42;</code>"
    assert code("fastapi--uvicorn-standard--json") == "<code>fastapi--uvicorn-standard--json</code>"


@pytest.mark.faults("hostile-terminal")
def test_a_terminal_obeys_nothing_from_outside() -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", outputs.as_text(hostile()))


@pytest.mark.faults("hostile-junit")
def test_xml_and_json_hold_anything() -> None:
    ET.fromstring(outputs.junit(hostile()))  # noqa: S314 - our own
    assert json.loads(outputs.as_json(hostile()))["run"] == HOSTILE


def test_junit_has_a_case_for_each_cell_and_metric() -> None:
    found = results(judge(make_gate(cost_change=0.02, pair_noise=0.02)))
    assert len(found) == 12
    slug = "starlette--uvicorn-standard--json--lockstep-1--w1"
    assert found[f"{slug} instructions_per_request"] == [JUnitFailure]
    assert sum(bool(kinds) for kinds in found.values()) == 1


def test_junit_skips_what_is_inconclusive_and_errs_where_nothing_was_measured() -> None:
    slug = "starlette--uvicorn-standard--json--closed-64--w1"
    assert results(judged("noisy"))[f"{slug} cpu_us_per_request"] == [Skipped]
    assert results(judged("few-pairs"))[f"{slug} cpu_us_per_request"] == [Error]
    assert results(judged("nan"))["run problem 1"] == [Error]


def test_json_tells_the_exit_code_and_every_row() -> None:
    data = json.loads(outputs.as_json(judged("cpu-30-percent")))
    assert data["exit_code"] == 1
    (row,) = (each for each in data["rows"] if each["metric"] == "cpu_us_per_request")
    assert row["word"] == "regression"
    assert row["worse"]["low_percent"] < row["worse"]["percent"] < row["worse"]["high_percent"]
    assert row["p_corrected"] < 0.01
    missing = json.loads(outputs.as_json(judged("missing-load-cell")))["rows"][-1]
    assert missing["base"] is missing["head"] is missing["ratio"] is None


def test_throughput_that_falls_reads_as_a_fall() -> None:
    data = json.loads(outputs.as_json(judged("cpu-30-percent")))
    (row,) = (each for each in data["rows"] if each["metric"] == "throughput_rps")
    assert row["ratio"]["value"] < 0.85
    assert row["worse"]["percent"] > 15


def test_bencher_gets_only_what_was_measured() -> None:
    data = json.loads(outputs.bencher(judged("missing-load-cell")))
    assert list(data) == ["starlette--uvicorn-standard--json--lockstep-1--w1"]
    (measure,) = data.popitem()[1].values()
    assert measure["lower_value"] < measure["value"] < measure["upper_value"]


def test_action_benchmark_gets_only_what_is_better_when_smaller() -> None:
    entries = json.loads(outputs.action_benchmark(judged("aa")))
    assert {entry["name"].split()[-1] for entry in entries} == {
        "instructions_per_request",
        "cpu_us_per_request",
        "p50_us",
        "p99_us",
    }
    assert all(entry.keys() == {"name", "unit", "value", "range", "extra"} for entry in entries)


def test_a_failure_of_a_whole_stack_is_told_in_each_of_its_cells() -> None:
    run: Run = recorded("aa")
    failure = Failure(
        stack=run.trials[0].cell.stack,
        cell=None,
        block=None,
        stage=FailureStage.ENVIRONMENT,
        message="head: no such version",
        remedy="see PyPI",
        side=SideName.HEAD,
    )
    text = outputs.as_text(judge(replace(run, failures=(failure,))))
    assert text.count("head: no such version (environment); see PyPI") == 3


def test_expired_and_unused_waivers_are_told_everywhere() -> None:
    expired = Waiver(
        cell="flask--*",
        metric="cpu_us_per_request",
        ceiling_percent=5.0,
        reason=HOSTILE,
        expires=date(2026, 1, 2),
    )
    judgement = judge(recorded("aa"), [expired, replace(expired, cell="django--*", expires=date(2027, 1, 2))])
    text = outputs.markdown(judgement)
    assert text.startswith("**Remove or renew what expired in perf-waivers.toml: flask--")
    assert "expired waiver, which fails the gate: <code>flask--&#42;</code>" in text
    assert "unused waiver, which can go: <code>django--&#42;</code>" in text
    assert "<script" not in text
    assert "unused waiver: django--*" in outputs.as_text(judgement)
    assert results(judgement)["waivers flask--*, cpu_us_per_request"] == [JUnitFailure]
    data = json.loads(outputs.as_json(judgement))
    assert data["expired_waivers"][0]["expires"] == "2026-01-02"
    assert data["exit_code"] == 1


def test_a_waived_regression_is_told_with_its_reason() -> None:
    waiver = Waiver(
        cell="*lockstep*",
        metric="instructions_per_request",
        ceiling_percent=5.0,
        reason="validation is stricter",
        expires=date(2027, 1, 2),
    )
    judgement = judge(recorded("cost-2-percent"), [waiver])
    assert judgement.exit_code() == 0
    for text in (outputs.markdown(judgement), outputs.as_text(judgement), outputs.junit(judgement)):
        assert "validation is stricter" in text
    assert json.loads(outputs.as_json(judgement))["rows"][0]["waiver"]["ceiling_percent"] == 5.0


def test_what_got_worse_does_not_hide_what_was_not_measured() -> None:
    judgement = judge(replace(recorded("cost-2-percent"), trials=()))
    assert outputs.markdown(judgement).splitlines()[0].endswith("And 1 thing could not be measured.**")
