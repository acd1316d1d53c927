"""The generated sentences and the form of every number: no number without its unit and interval.

Nothing here ranks: a ranking word is used only where ``report.analysis.contenders`` found tiers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from report.analysis.contenders import MARK, Entry, Group
from report.analysis.flags import Flag
from report.analysis.workload import Workload
from report.stats.levels import BLOCKS_TO_RANK, Level

_DIGITS = 3
SHORT_INTERFACE = {"asgi": "ASGI", "wsgi": "WSGI", "rsgi": "RSGI"}


ONLY_OPEN = (
    "This run offered open load only: it says how long users wait at that rate, not how much a stack can "
    "serve."
)


def number(value: float, digits: int = _DIGITS) -> str:
    """Three significant digits (or ``digits``) with separated thousands: ``12,300``, ``4.21``."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    rounded = round(value, digits - 1 - math.floor(math.log10(abs(value))))
    decimals = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:,.{decimals}f}"


def interval(level: Level) -> str:
    """``(11,900–12,800)``, or that there is none."""
    if level.low is None or level.high is None:
        return "(no interval)"
    return f"({number(level.low)}–{number(level.high)})"


def amount(level: Level, unit: str) -> str:
    """A level with interval and unit, for a label."""
    return f"{number(level.value)} {unit} {interval(level)}"


def times(level: Level) -> str:
    """A ratio with its interval, two decimals: ``0.71× (0.68–0.74)``."""
    if level.low is None or level.high is None:
        return f"{level.value:.2f}× (no interval)"
    return f"{level.value:.2f}× ({level.low:.2f}–{level.high:.2f})"


def percent(value: float) -> str:
    """Two significant digits: ``9.3%``, ``15%``."""
    return f"{value:.0f}%" if value >= 10 else f"{value:.1f}%"  # noqa: PLR2004 - two digits


def sentence(text: str) -> str:
    """``text`` with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def listed(names: Iterable[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *head, last = list(names) or [""]
    return f"{', '.join(head)} {word} {last}" if head else last


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 block``, ``8 blocks``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def load(wanted: Workload) -> str:
    """``closed load, 64 connections, 1 worker``; an open one says what it offers."""
    size, workers = counted(wanted.connections, "connection"), counted(wanted.workers, "worker")
    if wanted.load == "closed":
        return f"closed load, {size}{reused(wanted.reuse)}, {workers}"
    return f"{offered(wanted)}, {wanted.arrivals} arrivals, at most {size}, {workers}"


def reused(reuse: int | None) -> str:
    """``, each closed after 1 request`` behind connections that the client does not keep."""
    return "" if reuse is None else f", each closed after {counted(reuse, 'request')}"


def offered(wanted: Workload) -> str:
    """``open load at 500 requests/s``, ``open load at 50% of each stack's capacity``."""
    if wanted.share is not None:
        return f"open load at {100 * wanted.share:g}% of each stack's capacity"
    return f"open load at {wanted.rate_rps or 0:,g} requests/s"


def first_tier(group: Group) -> list[Entry]:
    """Contenders that cannot be told from the best; empty where nothing is ranked."""
    return [each for each in group.entries if each.tier == 1]


def ranked(groups: Sequence[Group]) -> list[Group]:
    """Groups with tiers: enough blocks, and more than one contender."""
    return [group for group in groups if first_tier(group)]


def of_group(group: Group, titles: Mapping[str, str]) -> str:
    """Who is fastest on one server variant, in one scenario, and by how much."""
    names = [_marked(each, titles) for each in group.entries]
    if len(names) == 1:
        return f"only {names[0]} was measured, so there is nothing to compare it with."
    first = len(first_tier(group))
    if not first:
        return f"{counted(group.n_blocks, 'block')}, too few to rank ({BLOCKS_TO_RANK} are needed)."
    return " ".join((_head(names, first), *_next(group, names), *_unranked(group, names)))


def _marked(each: Entry, titles: Mapping[str, str]) -> str:
    return titles.get(each.cell.framework, each.cell.framework) + each.mark


def flagged(flags: Iterable[tuple[Flag, int]]) -> str:
    """``disturbed (2), steal (1)``; ``none`` where no trial is flagged."""
    return ", ".join(f"{flag.word} ({count})" for flag, count in flags) or "none"


def legend(groups: Iterable[Group]) -> str:
    """What the dagger means; empty where there is none."""
    marked = any(each.flags for group in groups for each in group.entries)
    return (
        f"{MARK} marks whoever has flagged trials; the tables and “Can I trust this run” say which." * marked
    )


def _head(names: Sequence[str], first: int) -> str:
    if first == len(names):
        return f"no difference could be told between {listed(names)}."
    if first == 1:
        return f"{names[0]} is fastest."
    return f"{listed(names[:first])} are fastest and cannot be told apart."


def _next(group: Group, names: Sequence[str]) -> list[str]:
    """The one behind the first tier, relative to the best."""
    places = [place for place, each in enumerate(group.entries) if each.tier == 2]  # noqa: PLR2004 - the next
    return [
        f"Next is {names[place]} at {times(group.entries[place].ratio)} of {names[0]}."
        for place in places[:1]
    ]


def _unranked(group: Group, names: Sequence[str]) -> list[str]:
    few = [name for name, each in zip(names, group.entries, strict=True) if each.tier is None]
    return [f"{listed(few)}: too few blocks to rank."] if few else []


def verdict(groups: Sequence[Group], titles: Mapping[str, str]) -> str:
    """The page's one sentence: who leads among frameworks of one interface on the same server."""
    rankable = ranked(groups)
    if not rankable:
        return nothing_ranked(groups)
    parts = []
    for interface, found in _by_interface(rankable):
        leaders = _leaders(found, titles)
        parts.append(f"among {SHORT_INTERFACE.get(interface, interface)} frameworks {leaders}")
    return f"On the same server, {'; '.join(parts)}."


def nothing_ranked(groups: Sequence[Group]) -> str:
    """Why there is no ranking."""
    blocks = max((group.n_blocks for group in groups), default=0)
    if not blocks:
        return "Nothing was measured: the failures below say why."
    if blocks < BLOCKS_TO_RANK:
        return f"Nothing is ranked: {counted(blocks, 'block')} where {BLOCKS_TO_RANK} are needed."
    return "Nothing is ranked: no two frameworks were measured on the same server and interface."


def _by_interface(groups: Sequence[Group]) -> list[tuple[str, list[Group]]]:
    ordered = sorted(groups, key=lambda group: group.interface or "")
    return [(name, list(found)) for name, found in groupby(ordered, key=lambda group: group.interface or "")]


def _leaders(groups: Sequence[Group], titles: Mapping[str, str]) -> str:
    """Who is most often in the first tier, and in how many of the comparisons."""
    count: dict[str, int] = {}
    for group in groups:
        for each in first_tier(group):
            count[each.cell.framework] = count.get(each.cell.framework, 0) + 1
    most = max(count.values())
    doubted = {each.cell.framework for group in groups for each in first_tier(group) if each.flags}
    names = sorted(
        titles.get(name, name) + MARK * (name in doubted) for name, often in count.items() if often == most
    )
    alone = all(len(first_tier(group)) == 1 for group in groups)
    how = "fastest" if alone else "fastest or level with the fastest"
    every = "both" if len(groups) == 2 else f"all {len(groups)}"  # noqa: PLR2004 - English
    share = every if most == len(groups) else f"{most} of {len(groups)}"
    where = "the one comparison" if len(groups) == 1 else f"{share} comparisons"
    return f"{listed(names)} {'is' if len(names) == 1 else 'are each'} {how} in {where}"


def widest(groups: Sequence[Group], titles: Mapping[str, str]) -> str:
    """The ratio farthest from 1 that is beyond the first tier; empty where nothing is ranked."""
    groups = ranked(groups)
    if not groups:
        return ""
    found = [
        (each.ratio.value, place)
        for place, group in enumerate(groups)
        for each in group.entries
        if (each.tier or 1) > 1
    ]
    if not found:
        return "No difference could be told anywhere."
    group = groups[min(found)[1]]
    last = min((each for each in group.entries if (each.tier or 1) > 1), key=lambda each: each.ratio.value)
    name, best = (_marked(each, titles) for each in (last, group.entries[0]))
    return f"The widest gap: {name} serves {times(last.ratio)} of {best} on {group.server}, {group.scenario}."
