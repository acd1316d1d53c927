"""How counts are said: numbers of four digits, differences with their sign, and what is not counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report import fmt
from report.analysis.contenders import is_floor
from report.analysis.costs import NOT_COUNTED, ONE_BUILD, Costs
from report.analysis.layers import Layers, Step
from report.stats.levels import Level
from results.model import IN_PROCESS

DIGITS = 4
"""Significant ones: counts repeat within a few tenths of a percent."""
ONCE = "; counted once, so without an interval"
MOST_STEPS = 4
"""A sentence names no more layers than this."""


def number(value: float) -> str:
    """``209,500``."""
    return fmt.number(value, DIGITS)


def interval(level: Level) -> str:
    """``(209,200–209,800)``; a difference may reach below zero."""
    if level.low is None or level.high is None:
        return "(counted once)"
    return f"({minus(number(level.low))} to {minus(number(level.high))})"


def half_width(level: Level) -> str:
    """Half of its width, where there is room for no more: ``±400``."""
    if level.high is None:
        return "(counted once)"
    return f"±{fmt.number(level.high - level.value, 2)}"


def _bare(level: Level) -> str:
    """Without its sign; a sentence says once that there are no intervals."""
    value = number(abs(level.value))
    return value if level.high is None else f"{value} {half_width(level)}"


def signed(value: float) -> str:
    """``+107,900`` or ``−3,200``."""
    return f"+{number(value)}" if value >= 0 else minus(number(value))


def minus(text: str) -> str:
    """A true minus sign, which is as wide as a plus."""
    return text.replace("-", "−")


def below(step: Step, titles: Mapping[str, str]) -> str:
    """What a step stands on: ``the floor``, ``Starlette``; nothing where it is the floor itself."""
    if is_floor(step.count.cell):
        return "nothing: it is the floor"
    return titles.get(step.below, step.below) or "the floor"


def scope(found: Sequence[Costs]) -> str:
    """What was counted and what was not, by which tool, in which builds of the interpreter."""
    counts = [each for one in found for each in one.counts if each.level]
    tools = sorted({each.tool for each in counts})
    builds = sorted({each.build for each in counts})
    said = f" Counted by {fmt.listed(tools)} in {fmt.listed(builds)}." if counts else ""
    return (
        "User-space instructions per request, counted in lock-step on one connection, not timed. "
        f"{NOT_COUNTED} {ONE_BUILD}{said}"
    )


def sentence(found: Sequence[Costs], titles: Mapping[str, str]) -> str:
    """What the layers cost in the first scenario, on the server where most of them were counted."""
    groups = [each for one in found for each in one.layers if each.scenario == one.layers[0].scenario]
    told = max(groups, key=_told, default=None)
    if told is None or not _told(told)[0]:
        return span(found)
    floor, *steps = [_step(step, titles) for step in told.steps if step.level]
    said = steps[:MOST_STEPS]
    if len(steps) > MOST_STEPS:
        said.append(f"{fmt.counted(len(steps) - MOST_STEPS, 'more layer')} below")
    where = "in process" if told.server == IN_PROCESS else f"on {told.server}"
    once = any(step.level and step.level.low is None for step in told.steps)
    layers = f"; {fmt.listed(said)}" if said else ""
    return f"{told.scenario} {where}: {floor}{layers}{ONCE if once else ''}."


def _told(group: Layers) -> tuple[int, bool]:
    """How many layers have a number above a floor that has one; a real server before none."""
    first = group.steps[0]
    known = is_floor(first.count.cell) and first.level is not None
    return sum(step.level is not None for step in group.steps) * known, group.server != IN_PROCESS


def _step(step: Step, titles: Mapping[str, str]) -> str:
    name, level = titles.get(step.count.cell.framework, step.count.cell.framework), step.level
    value = _bare(level) if level else ""
    if is_floor(step.count.cell):
        return f"a request costs {value} instructions without a framework"
    if level and level.low is not None and level.high is not None and level.low <= 0 <= level.high:
        return f"{name} cannot be told from {below(step, titles)}"
    takes = "adds {} to" if level and level.value >= 0 else "saves {} of"
    return f"{name} {takes.format(value)} {below(step, titles)}"


def span(found: Sequence[Costs]) -> str:
    """The fewest and the most instructions per request that were counted."""
    counts = [(each.level, each) for one in found for each in one.counts if each.level]
    if not counts:
        return "No cell was counted; the table says why."
    least, most = (pick(counts, key=lambda pair: pair[0].value) for pick in (min, max))
    ends = [f"{_bare(level)} ({each.cell.stack}, {each.cell.scenario})" for level, each in (least, most)]
    once = any(level.low is None for level, _ in counts)
    cells = fmt.counted(len(counts), "cell")
    return f"From {ends[0]} to {ends[1]} instructions per request, over {cells}{ONCE if once else ''}."
