"""The judgement for machines: JSON, JUnit, and what Bencher and github-action-benchmark read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass

from junitparser import Error, JUnitXml, Skipped, TestCase, TestSuite
from junitparser import Failure as JUnitFailure

from report.analysis.gate.judgement import Judgement
from report.analysis.two_sides.judged_changes import JudgedChange
from report.analysis.two_sides.pairings import title
from report.analysis.two_sides.verdicts import Verdict, percent_change
from report.analysis.two_sides.waivers import Waiver
from report.stats.two_samples import Estimate
from report.views.gate import phrases
from report.views.gate.headline import headline
from report.views.json_types.two_sides import GateJson, RowJson, WaiverJson, WorseJson

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not."""


def as_json(judgement: Judgement) -> str:
    """Everything, units in the names; differences in percent, positive is worse."""
    data: GateJson = {
        "headline": headline(judgement),
        "run": judgement.run,
        "exit_code": judgement.exit_code(),
        "base": judgement.base,
        "head": judgement.head,
        "machine": judgement.machine,
        "harness": judgement.harness,
        "command": phrases.command(judgement),
        "differences": judgement.differences,
        "tiers": list(judgement.tiers),
        "problems": judgement.problems,
        "expired_waivers": [_waiver(waiver) for waiver in judgement.expired],
        "unused_waivers": [_waiver(waiver) for waiver in judgement.unused],
        "rows": [row_data(row) for row in judgement.rows],
    }
    if judgement.flames:
        data["flame_graphs"] = judgement.flames
    return to_json(data)


def to_json(data: object) -> str:
    """JSON with six significant digits: the same bytes whatever a library does to the fifteenth."""
    return json.dumps(_rounded(data), indent=2, allow_nan=False)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if is_dataclass(value) and not isinstance(value, type):
        return _rounded(asdict(value))
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def junit(judgement: Judgement) -> str:
    """A case per cell and metric: inconclusive is skipped, could not measure is an error."""
    suites = []
    for name in dict.fromkeys(row.tier for row in judgement.rows):
        suite = TestSuite(f"hotlap gate, {name}")
        for row in judgement.rows:
            if row.tier == name:
                suite.add_testcase(_case(row))
        suites.append(suite)
    if troubles := [*_run_cases(judgement)]:
        suite = TestSuite("hotlap gate, run")
        for case in troubles:
            suite.add_testcase(case)
        suites.append(suite)
    xml = JUnitXml(_xml(f"hotlap gate: {headline(judgement)}"))
    for suite in suites:
        xml.add_testsuite(suite)
    xml.update_statistics()  # type: ignore[no-untyped-call] # junitparser's
    text: bytes = xml.tostring()  # type: ignore[no-untyped-call] # junitparser's
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text.decode()}\n'


def bencher(judgement: Judgement) -> str:
    """Bencher Metric Format: head's values by cell and metric, with the 95% interval of the difference."""
    by_cell: dict[str, dict[str, dict[str, float]]] = {}
    for row in judgement.rows:
        if measure := _measure(row):
            by_cell.setdefault(title(row.change.pairing), {})[row.change.metric.name] = measure
    return to_json(by_cell)


def action_benchmark(judgement: Judgement) -> str:
    """github-action-benchmark's ``customSmallerIsBetter``: only what is better when smaller."""
    entries = [
        {
            "name": f"{title(row.change.pairing)} {row.change.metric.name}",
            "unit": row.change.metric.unit,
            "value": measure["value"],
            "range": f"{measure['lower_value']:.6g} to {measure['upper_value']:.6g}",
            "extra": f"{phrases.verdict(row)}: {phrases.change(row)}",
        }
        for row in judgement.rows
        if not row.change.metric.higher_is_better and (measure := _measure(row))
    ]
    return to_json(entries)


def _measure(row: JudgedChange) -> dict[str, float] | None:
    """Head's level; its interval is that of the ratio, around base's level."""
    ratio, base, head = row.change.ratio, row.change.base, row.change.head
    if ratio is None or base is None or head is None or ratio.low is None or ratio.high is None:
        return None
    scale = head / ratio.value
    return {"value": head, "lower_value": ratio.low * scale, "upper_value": ratio.high * scale}


def row_data(row: JudgedChange) -> RowJson:
    """One metric of one pairing in plain types; differences in percent, positive is worse."""
    change, ratio = row.change, row.change.ratio
    return {
        "cell": title(change.pairing),
        "base_cell": change.pairing.base.slug,
        "head_cell": change.pairing.head.slug,
        "tier": row.tier,
        "metric": change.metric.name,
        "unit": change.metric.unit,
        "word": row.verdict,
        "verdict": phrases.verdict(row),
        "decides": row.decides,
        "inconclusive": row.inconclusive,
        "stage": change.stage,
        "base": change.base,
        "head": change.head,
        "ratio": ratio,
        "worse": _worse(change.estimate) if change.estimate else None,
        "p_corrected": row.p,
        "least_effect_percent": 100 * row.effects.least,
        "must_not_pass_percent": 100 * row.effects.must_not_pass,
        "said": row.said,
        "notes": change.notes,
        "waiver": _waiver(row.waiver) if row.waiver else None,
    }


def _worse(estimate: Estimate) -> WorseJson:
    low, high = estimate.bounds()
    return {
        "percent": percent_change(estimate.mean),
        "low_percent": percent_change(low),
        "high_percent": percent_change(high),
        "p_one_sided": estimate.p_worse(),
        "smallest_visible_percent": percent_change(estimate.smallest_visible()),
        "deviation_percent": percent_change(estimate.deviation),
        "n": estimate.n,
    }


def _waiver(waiver: Waiver) -> WaiverJson:
    return {
        "cell": waiver.cell,
        "metric": waiver.metric,
        "ceiling_percent": waiver.ceiling_percent,
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
    }


def _case(row: JudgedChange) -> TestCase:
    case = TestCase(_xml(row.change.metric.name), classname=_xml(title(row.change.pairing)))
    parts = (phrases.verdict(row), phrases.change(row), phrases.levels(row), phrases.basis(row))
    message = _xml("; ".join(part for part in (*parts, phrases.remarks(row)) if part not in {"", "-"}))
    if not row.decides:
        case.system_out = f"informs only: {message}"
    elif row.verdict == Verdict.REGRESSION:
        case.result = [JUnitFailure(message, "regression")]
    elif row.verdict == Verdict.UNMEASURED:
        case.result = [Error(message, "could not measure")]
    elif row.inconclusive:
        case.result = [Skipped(message, "inconclusive")]
    else:
        case.system_out = message
    return case


def _run_cases(judgement: Judgement) -> list[TestCase]:
    """What concerns no single cell."""
    cases = []
    for number, problem in enumerate(judgement.problems, start=1):
        case = TestCase(f"problem {number}", classname="run")
        case.result = [Error(_xml(problem), "could not measure")]
        cases.append(case)
    for waiver in judgement.expired:
        case = TestCase(_xml(f"{waiver.cell}, {waiver.metric}"), classname="waivers")
        case.result = [JUnitFailure(_xml(f"expired on {waiver.expires}: {waiver.reason}"), "expired waiver")]
        cases.append(case)
    return cases


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
