"""How counts are said: numbers of four digits, differences with their sign, and what is not counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report import fmt
from report.analysis.contenders import is_floor
from report.analysis.costs import NOT_COUNTED, ONE_BUILD, Costs
from report.analysis.layers import Layers, Step
from report.stats.levels import Level
from results.model import IN_PROCESS

COST_DIGITS = 4
"""Significant digits of a count: counts repeat within a few tenths of a percent."""
ONCE = "; counted once, so without an interval"
"""Behind a sentence whose numbers have no intervals."""
MOST_STEPS = 4
"""A sentence names no more layers than this."""


def number(value: float) -> str:
    """``209,500``."""
    return fmt.number(value, COST_DIGITS)


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


def scope(costs_of_runs: Sequence[Costs]) -> str:
    """What was counted and what was not, by which tool, in which builds of the interpreter."""
    counts = [count for costs in costs_of_runs for count in costs.counts if count.level]
    tools = sorted({count.tool for count in counts})
    builds = sorted({count.build for count in counts})
    counted_by = f" Counted by {fmt.listed(tools)} in {fmt.listed(builds)}." if counts else ""
    return (
        "User-space instructions per request, counted in lock-step on one connection, not timed. "
        f"{NOT_COUNTED} {ONE_BUILD}{counted_by}"
    )


def sentence(costs_of_runs: Sequence[Costs], titles: Mapping[str, str]) -> str:
    """What the layers cost in the first scenario, on the server where most of them were counted."""
    groups = [
        group
        for costs in costs_of_runs
        for group in costs.layers
        if group.scenario == costs.layers[0].scenario
    ]
    telling = max(groups, key=_telling, default=None)
    if telling is None or not _telling(telling)[0]:
        return span(costs_of_runs)
    floor, *layers = [_layer(step, titles) for step in telling.steps if step.level]
    named = layers[:MOST_STEPS]
    if len(layers) > MOST_STEPS:
        named.append(f"{fmt.counted(len(layers) - MOST_STEPS, 'more layer')} below")
    where = on(telling.server, telling.python)
    once = ONCE if any(step.level and step.level.low is None for step in telling.steps) else ""
    added = f"; {fmt.listed(named)}" if named else ""
    return f"{telling.scenario} {where}: {floor}{added}{once}."


def on(server: str, python: str) -> str:
    """``in process`` or ``on granian-asgi``, with the interpreter where a run has several."""
    where = "in process" if server == IN_PROCESS else f"on {server}"
    return f"{where}, Python {python}" if python else where


def _telling(group: Layers) -> tuple[int, bool]:
    """How many layers have a number above a floor that has one; a real server before none."""
    first = group.steps[0]
    known = is_floor(first.count.cell) and first.level is not None
    return sum(step.level is not None for step in group.steps) * known, group.server != IN_PROCESS


def _layer(step: Step, titles: Mapping[str, str]) -> str:
    name, level = titles.get(step.count.cell.framework, step.count.cell.framework), step.level
    value = _bare(level) if level else ""
    if is_floor(step.count.cell):
        return f"a request costs {value} instructions without a framework"
    if level and level.holds(0):
        return f"{name} cannot be told from {below(step, titles)}"
    takes = "adds {} to" if level and level.value >= 0 else "saves {} of"
    return f"{name} {takes.format(value)} {below(step, titles)}"


def span(costs_of_runs: Sequence[Costs]) -> str:
    """The fewest and the most instructions per request that were counted."""
    levels = [(count.level, count.cell) for costs in costs_of_runs for count in costs.counts if count.level]
    if not levels:
        return "No cell was counted; the table says why."
    least, most = (
        f"{_bare(level)} ({cell.stack}, {cell.scenario})"
        for level, cell in (pick(levels, key=lambda pair: pair[0].value) for pick in (min, max))
    )
    once = ONCE if any(level.low is None for level, _ in levels) else ""
    return f"From {least} to {most} instructions per request, over {fmt.counted(len(levels), 'cell')}{once}."
