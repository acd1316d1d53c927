"""The first line of every output: what got worse in a user's words, and what to do."""

from __future__ import annotations

from report import fmt
from report.analysis.gate.judgement import Judgement
from report.analysis.metrics import COST, CPU, MEDIAN, MEMORY, P99, THROUGHPUT
from report.analysis.two_sides.judged_changes import UNCONFIRMED, JudgedChange
from report.analysis.two_sides.pairings import title
from report.analysis.two_sides.verdicts import Verdict
from results.model import IN_PROCESS, Cell, Load

_FIRST = (THROUGHPUT, CPU, MEDIAN, P99, COST, MEMORY)
"""What a user feels first is said first, whatever is larger in percent."""
_LATENCY = {MEDIAN.name: "in the median", P99.name: "in the slowest hundredth"}


def headline(judgement: Judgement) -> str:
    """What got worse, and what to do."""
    regressions = judgement.having(Verdict.REGRESSION)
    unmeasured = judgement.having(Verdict.UNMEASURED)
    missing = len(judgement.problems) + len(unmeasured)
    if regressions:
        also = f" And {fmt.counted(missing, 'thing')} could not be measured." if missing else ""
        cells = fmt.counted(len(_cells(regressions)), "cell")
        return (
            f"{worsened(_worst(regressions))}. Look at {cells} that got worse, or waive it in "
            f"perf-waivers.toml.{also}"
        )
    if judgement.expired:
        listed = fmt.listed(f"{waiver.cell} ({waiver.metric})" for waiver in judgement.expired)
        return f"Remove or renew what expired in perf-waivers.toml: {listed}."
    if missing:
        first = judgement.problems[0] if judgement.problems else _unmeasured(_worst(unmeasured))
        more = f" (and {missing - 1} more)" if missing > 1 else ""
        return f"Mend what could not be measured, then measure again: {first}{more}."
    if judgement.inconclusive:
        cells = fmt.counted(len(_cells(judgement.inconclusive)), "cell")
        return f"Nothing to do: no regression seen; {cells} cannot be called fine at this noise."
    return "Nothing to do: no regression, and none that matters could have hidden."


def worsened(row: JudgedChange) -> str:
    """How a row got worse, for somebody who uses the server."""
    return f"{_subject(row)} {_predicate(row)}"


def _subject(row: JudgedChange) -> str:
    """Scenario, framework and server of the head; and the base's where they differ."""
    base, head = row.change.pairing.base, row.change.pairing.head
    said = f"`{head.scenario}` of {head.framework}{_place(head)}"
    if base.stack == head.stack:
        return said
    old = base.framework if base.framework != head.framework else base.server
    return f"{said} instead of {old}"


def _place(cell: Cell) -> str:
    where = " in process" if cell.server == IN_PROCESS else f" on {cell.server}"
    return f"{where} with Python {cell.python}" if cell.python else where


def _predicate(row: JudgedChange) -> str:
    change, head = row.change, row.change.pairing.head
    ratio = change.ratio.value if change.ratio else 1.0
    more = _more(ratio)
    load = (
        f"at {head.rate_rps:,.4g} requests/s"
        if head.load == Load.OPEN and head.rate_rps is not None
        else f"at {fmt.counted(head.connections, 'connection')}"
    )
    said = {
        THROUGHPUT.name: f"answers {100 * (1 - ratio):.0f}% fewer requests {load}",
        CPU.name: f"uses {more} more CPU per request {load}",
        COST.name: f"takes {more} more instructions per request",
        MEMORY.name: f"holds {more} more memory after load {load}",
        **{name: f"takes {more} longer {where} {load}" for name, where in _LATENCY.items()},
    }[change.metric.name]
    return said + (": it waits; CPU per request cannot be compared" if row.waits else "")


def _more(ratio: float) -> str:
    """A share with two significant digits."""
    worse = 100 * (ratio - 1)
    return f"{worse:.1f}%" if worse < 10 else f"{worse:.0f}%"  # noqa: PLR2004 - two significant digits


def _unmeasured(row: JudgedChange) -> str:
    if row.said == UNCONFIRMED:
        return f"{worsened(row)}, in the screen alone: give it more --budget"
    return f"{title(row.change.pairing)}, {row.change.metric.noun}: {row.said}"


def _cells(rows: tuple[JudgedChange, ...]) -> set[str]:
    return {title(row.change.pairing) for row in rows}


def _worst(rows: tuple[JudgedChange, ...]) -> JudgedChange:
    return min(rows, key=lambda row: (_place_of(row), -_size(row)))


def _place_of(row: JudgedChange) -> int:
    return _FIRST.index(row.change.metric) if row.change.metric in _FIRST else len(_FIRST)


def _size(row: JudgedChange) -> float:
    return row.change.estimate.mean if row.change.estimate else 0.0
