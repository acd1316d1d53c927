"""How lifecycles are said: heads of columns, values, one sentence, and what the numbers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report import fmt
from report.analysis.lifecycles import Lifecycle, quantity, scaled
from report.stats.levels import Level

SCOPE = (
    "Medians over repeats, each of fresh launches, with 95% intervals between order statistics where there "
    "are six repeats or more; slopes by least squares over one soak. Times are those of this machine."
)
TITLES: Mapping[str, str] = {
    "cold-start": "From launch to the first right answer, with warm bytecode",
    "lifespan": "Start and stop hooks, two workers",
    "graceful-shutdown": "SIGTERM under load, 16 connections that wait 10 to 30 ms",
    "idle-connections": "1,000 idle keep-alive connections",
    "idle-websockets": "1,000 idle WebSockets",
    "openapi": "The OpenAPI document",
    "capabilities": "Capabilities, by real handshakes",
    "soak": "Mixed load for minutes",
    "reload": "Rolling reload (SIGHUP) under load, two workers",
}
"""By name of the probe; one that is not known stands by its name."""
NOT_ASKED = "not asked"


def title(probe: str) -> str:
    """What a probe looked at, in words."""
    return TITLES.get(probe, probe)


def heading(name: str) -> str:
    """Head of the column of a value, with its unit."""
    said = quantity(name)
    return f"{said.title}, {said.unit}" if said.unit else said.title


def level_texts(level: Level) -> tuple[str, str]:
    """``0.71`` and ``(0.68–0.74)``, which is empty where it was seen too seldom or was always the same."""
    text = _number(level.value)
    if level.low is None or level.high is None or level.low == level.high:
        return text, ""
    return text, f"({_number(level.low)}–{_number(level.high)})"


def _number(value: float) -> str:
    """Three significant digits; a count in full."""
    return f"{value:,.0f}" if value.is_integer() and abs(value) < fmt.LARGEST else fmt.number(value)


def level_text(level: Level) -> str:
    """``0.71 (0.68–0.74)``."""
    return " ".join(filter(None, level_texts(level)))


def sentence(summaries: Sequence[Lifecycle], titles: Mapping[str, str]) -> str:
    """The quickest and the slowest start, or how much was looked at."""
    starts = [
        (scaled("first_answer_s", summary.values["first_answer_s"]), summary.cell)
        for summary in summaries
        if "first_answer_s" in summary.values
    ]
    if not starts:
        stacks = {summary.cell.stack for summary in summaries}
        return f"{fmt.counted(len(stacks), 'stack')} looked at; the tables say what was seen."
    (least, first), (most, last) = (pick(starts, key=lambda start: start[0].value) for pick in (min, max))
    named = [
        f"{level_text(level)} s ({titles.get(cell.framework, cell.framework)} on {cell.server})"
        for level, cell in ((least, first), (most, last))
    ]
    if len(starts) == 1:
        return f"The first right answer comes after {named[0]}."
    return f"The first right answer comes after {named[0]} to {named[1]}."
