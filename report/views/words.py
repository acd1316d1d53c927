"""The sentences about loads and comparisons, which page and terminal share.

Nothing here ranks: a ranking word is used only where ``report.analysis.contenders`` found tiers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from report import fmt
from report.analysis.answers.leads import first_tier
from report.analysis.contenders import MARK, Contender, Group
from report.analysis.doubts import Doubt
from report.analysis.flags import Flag
from report.analysis.machine_speed import SpeedRange
from report.analysis.patterns.pattern import Explained
from report.analysis.speed_dependence import SpeedDependence
from report.analysis.workload import Workload
from report.stats.levels import Level
from report.stats.ranking import BLOCKS_TO_RANK
from results.model import Interface, Load

SHORT_INTERFACE: Mapping[str, str] = {Interface.ASGI: "ASGI", Interface.WSGI: "WSGI", Interface.RSGI: "RSGI"}
"""How interfaces are written."""
ONLY_OPEN = (
    "This run offered open load only: it says how long users wait at that rate, not how much a stack can "
    "serve."
)


def load(workload: Workload) -> str:
    """``closed load, 64 connections, 1 worker``; an open one says what it offers."""
    size, workers = fmt.counted(workload.connections, "connection"), servers_of(workload)
    if workload.load == Load.CLOSED:
        way = ", in turns" * workload.in_turns
        return f"closed load, {size}{fmt.reused(workload.reuse)}, {workers}{way}"
    return f"{offered(workload)}, {workload.arrivals} arrivals, at most {size}, {workers}"


def servers_of(workload: Workload) -> str:
    """``1 worker``, with the interpreter where the run has several."""
    python = f", Python {workload.python}" if workload.python else ""
    return fmt.counted(workload.workers, "worker") + python


def machine_speed(speed: SpeedRange, dependence: SpeedDependence | None) -> str:
    """How much the machine itself varied, and what ratios are at another speed: no interval tells that."""
    ran = (
        f"The machine itself ran at {100 * speed.low:.0f}% to {100 * speed.high:.0f}% of its mean speed "
        f"(10th to 90th percentile of {fmt.counted(speed.turns, 'turn')})."
    )
    return f"{ran} {_ratio_change(dependence.percent())}" if dependence else ran


def _ratio_change(percent: Level) -> str:
    low, high = percent.low or 0.0, percent.high or 0.0
    change = f"{percent.value:.1f}% (standard deviation; 95%: {low:.1f} to {high:.1f}%)"
    if not low:
        change = f"at most {high:.1f}% (standard deviation, 95%)"
    return f"Where it is 10% faster or slower, ratios on one server differ by {change}."


STACKS_NAMED = 2
"""In a line about a flag."""
UNTOLD_FLAGS = frozenset({"control", "slow-interpreter", "slower-interpreter"})
"""Flags of a run that a terminal tells nowhere else."""
DOUBTS_AT_MOST = 5
"""Lines about flags."""


def doubts(listed: Sequence[Doubt], of_run: Iterable[Flag] = ()) -> list[str]:
    """A line a flag, five at most: what, how often, of whom, what it means, and what to do.

    A flag that nearly all cells have marks nobody. Of the flags of the run only those are said that no other
    line of a terminal tells.
    """
    lines = [
        f"{flag.word}: {flag.cause}: {flag.meaning}; {flag.remedy}."
        for flag in of_run
        if flag.name in UNTOLD_FLAGS
    ]
    room = DOUBTS_AT_MOST - len(lines)
    shown = listed if len(listed) <= room else listed[: room - 1]
    lines += [_doubt(doubt) for doubt in shown]
    if rest := listed[len(shown) :]:
        words = fmt.listed(doubt.flag.word for doubt in rest)
        lines.append(f"{MARK} {words}: the report says how often, of whom, and what to do.")
    return lines


def explanations(listed: Sequence[Explained]) -> list[str]:
    """A line a pattern: the cells that fit it, the evidence of the first, what it means and what to do."""
    by_pattern: dict[str, list[Explained]] = {}
    for explained in listed:
        by_pattern.setdefault(explained.pattern.name, []).append(explained)
    lines = []
    for members in by_pattern.values():
        first, others = members[0], len(members) - 1
        more = f" and {fmt.counted(others, 'other cell')}" * bool(others)
        lines.append(
            f"{first.cell.slug}{more}: {first.pattern.title} ({first.evidence}). {first.pattern.cause} "
            f"{first.pattern.remedy}"
        )
    return lines


def _doubt(doubt: Doubt) -> str:
    often = f"{doubt.trials:,} of {fmt.counted(doubt.of_trials, 'trial')}"
    end = f"{doubt.flag.meaning}; {doubt.flag.remedy}."
    if doubt.shared:
        return f"{doubt.flag.word}: {often}, all alike: {end}"
    return f"{MARK} {doubt.flag.word}: {often}, of {_stacks(doubt)}: {end}"


def _stacks(doubt: Doubt) -> str:
    stacks = list(dict.fromkeys(cell.stack for cell in doubt.cells))
    few, more = stacks[:STACKS_NAMED], len(stacks) - STACKS_NAMED
    return fmt.listed([*few, f"{more} more"] if more > 0 else few)


def offered(workload: Workload) -> str:
    """``open load at 500 requests/s``, ``open load at 50% of each stack's capacity``."""
    if workload.share is not None:
        return f"open load at {100 * workload.share:g}% of each stack's capacity"
    return f"open load at {workload.rate_rps or 0:,g} requests/s"


def ranked(groups: Sequence[Group]) -> list[Group]:
    """Groups with tiers: enough blocks, and more than one contender."""
    return [group for group in groups if first_tier(group)]


def group_sentence(group: Group, titles: Mapping[str, str]) -> str:
    """Who is fastest on one server variant, in one scenario, and by how much."""
    names = [_marked(contender, titles) for contender in group.contenders]
    if len(names) == 1:
        return f"only {names[0]} was measured, so there is nothing to compare it with."
    first = len(first_tier(group))
    if not first:
        return f"{fmt.counted(group.n_blocks, 'block')}, too few to rank ({BLOCKS_TO_RANK} are needed)."
    return " ".join((_head(names, first), *_next(group, names), *_unranked(group, names)))


def _marked(contender: Contender, titles: Mapping[str, str]) -> str:
    return titles.get(contender.cell.framework, contender.cell.framework) + contender.mark


def legend(groups: Iterable[Group]) -> str:
    """What the dagger means; empty where there is none."""
    marked = any(contender.mark for group in groups for contender in group.contenders)
    return (
        f"{MARK} marks whoever has flagged trials where others have none such; the tables and “Can I trust "
        "this run” say which." * marked
    )


def _head(names: Sequence[str], first: int) -> str:
    if first == len(names):
        return f"no difference could be told between {fmt.listed(names)}."
    if first == 1:
        return f"{names[0]} is fastest."
    return f"{fmt.listed(names[:first])} are fastest and cannot be told apart."


def _next(group: Group, names: Sequence[str]) -> list[str]:
    """The one behind the first tier, relative to the best."""
    for name, contender in zip(names, group.contenders, strict=True):
        if contender.tier == 2:  # noqa: PLR2004 - the one behind the first
            return [f"Next is {name} at {fmt.times(contender.ratio)} of {names[0]}."]
    return []


def _unranked(group: Group, names: Sequence[str]) -> list[str]:
    few = [name for name, contender in zip(names, group.contenders, strict=True) if contender.tier is None]
    return [f"{fmt.listed(few)}: too few blocks to rank."] if few else []


def nothing_ranked(groups: Sequence[Group]) -> str:
    """Why there is no ranking."""
    blocks = max((group.n_blocks for group in groups), default=0)
    if not blocks and any(group.floors for group in groups):
        return "Only the bare interface was measured: there is no framework to compare."
    if not blocks:
        return "Nothing was measured: the failures below say why."
    if blocks < BLOCKS_TO_RANK:
        return f"Nothing is ranked: {fmt.counted(blocks, 'block')} where {BLOCKS_TO_RANK} are needed."
    return "Nothing is ranked: no two frameworks were measured on the same server and interface."
