"""Comparisons between cells: who may be compared with whom, ratios, tiers, and the answer in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from report.analysis.flags import Flag
from report.analysis.metric_types import Metric
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.analysis.workload import Workload, workload
from report.stats import levels
from report.stats.levels import Level
from report.stats.ranking import BLOCKS_TO_RANK, Tiers, tiers
from results.model import Cell, Interface

MARK = "†"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One contender of a group."""

    cell: Cell
    level: Level
    ratio: Level
    """To the best of the group, within blocks; without an interval for the best itself, which is 1."""
    tier: int | None
    """1: cannot be told from the best. None below 6 blocks, or with nothing to compare with."""
    flags: tuple[tuple[Flag, int], ...] = ()
    """Of its trials, each with the number of trials that carry it."""

    @property
    def mark(self) -> str:
        """What stands behind its name wherever it is ranked: a dagger where any of its trials is flagged."""
        return MARK if self.flags else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Contenders that may be compared, best first, those with too few blocks last."""

    kind: str
    """``frameworks``: same server variant and interface. ``stacks``: stack against stack, named as such."""
    metric: Metric
    scenario: str
    server: str | None
    """None where stacks are compared."""
    interface: Interface | None
    workload: Workload
    n_blocks: int
    """Blocks of the contender that has most; one with fewer than 6 is not ranked."""
    entries: tuple[Contender, ...]
    floors: tuple[Contender, ...]
    """Bare interface apps, never ranked; their ratio is to the best contender, or 1 where there is none."""
    missing: tuple[tuple[Cell, str], ...]
    """Contenders without a level, each with the reason."""
    sentence: str
    """The answer in words."""
    separable_percent: float | None
    """Smallest difference that this run could have told, at its own noise."""


def comparisons(
    summaries: Iterable[Summary], metric: Metric = THROUGHPUT, *, kind: str = "frameworks"
) -> tuple[Group, ...]:
    """Groups of cells that differ in nothing but the framework (or, for ``stacks``, framework and server).

    Neither the A/A control nor a floor is a contender, nor is a cell under a load that ``metric`` does not
    compare by (throughput under open load is the offered rate). Workloads stand in the order of the run,
    within each the interfaces and servers by name.
    """
    workloads: dict[Workload, int] = {}
    groups: dict[tuple[object, ...], list[Summary]] = {}
    for summary in summaries:
        cell = summary.cell
        if cell.control or cell.load not in metric.loads:
            continue
        side = (cell.server, cell.interface) if kind == "frameworks" else (None, None)
        key = (cell.scenario, *side, *workload(cell)[1:])
        groups.setdefault(key, []).append(summary)
        workloads.setdefault(workload(cell), len(workloads))
    ordered = sorted(
        groups.items(),
        key=lambda pair: (workloads[workload(pair[1][0].cell)], str(pair[0][2]), str(pair[0][1])),
    )
    return tuple(_group(key, members, metric, kind) for key, members in ordered)


def is_floor(cell: Cell) -> bool:
    """Whether the cell's framework is the bare interface: what frameworks are measured against, no choice."""
    return cell.framework == cell.interface


def _group(key: tuple[object, ...], members: Sequence[Summary], metric: Metric, kind: str) -> Group:
    scenario, server, interface, *_ = key
    measured = [each for each in members if each.metric_summaries[metric.name].comparable]
    floors = [each for each in measured if is_floor(each.cell)]
    by_stack = {each.cell.stack: each for each in measured if not is_floor(each.cell)}
    blocks = {stack: each.by_block(metric) for stack, each in by_stack.items()}
    found = tiers(blocks, higher_is_better=metric.higher_is_better)
    ordered = [by_stack[stack] for stack in found.order]
    entries = tuple(_entry(each, ordered[0], metric, found) for each in ordered)
    most = max((len(values) for values in blocks.values()), default=0)
    return Group(
        kind=kind,
        metric=metric,
        scenario=str(scenario),
        server=None if server is None else str(server),
        interface=None if interface is None else Interface(str(interface)),
        workload=workload(members[0].cell),
        n_blocks=most,
        entries=entries,
        floors=tuple(_entry(each, ordered[0] if ordered else each, metric, found) for each in floors),
        missing=tuple((each.cell, each.reason(metric)) for each in members if each not in measured),
        sentence=_sentence(entries, metric, most, kind),
        separable_percent=found.separable_percent,
    )


def _entry(summary: Summary, best: Summary, metric: Metric, found: Tiers) -> Contender:
    level = summary.level(metric)
    best_level = best.level(metric)
    if level is None or best_level is None:
        raise ValueError(f"{summary.cell.slug} has no {metric.name} to compare")
    own, other = (each.by_block(metric) for each in (summary, best))
    to_best = None if summary is best else levels.ratio(own, other)
    to_best = to_best or Level(value=level.value / best_level.value, n=0)
    return Contender(
        cell=summary.cell,
        level=level,
        ratio=to_best,
        tier=found.tiers.get(summary.cell.stack),
        flags=summary.flags,
    )


def _sentence(entries: Sequence[Contender], metric: Metric, blocks: int, kind: str) -> str:
    """The answer in words: no ranking word without tiers."""
    if not entries:
        return "No framework was measured here."
    names = [
        (each.cell.framework if kind == "frameworks" else _stack(each.cell)) + each.mark for each in entries
    ]
    if len(entries) == 1:
        return f"{names[0]} is alone here: nothing to compare it with."
    if entries[0].tier is None:
        return f"Only {blocks} blocks: too few to rank, {BLOCKS_TO_RANK} are needed."
    first = [name for name, entry in zip(names, entries, strict=True) if entry.tier == 1]
    next_ = [
        _next(entry, name, names[0], metric)
        for name, entry in zip(names, entries, strict=True)
        if entry.tier == 2  # noqa: PLR2004 - the one after the first
    ]
    unranked = [name for name, entry in zip(names, entries, strict=True) if entry.tier is None]
    few = [f"{listed(unranked)}: too few blocks to rank."] if unranked else []
    return " ".join([_head(first, metric, everyone=len(first) == len(entries)), *next_[:1], *few])


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: ``a, b and c``."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _stack(cell: Cell) -> str:
    return f"{cell.framework} on {cell.server}"


def _head(names: Sequence[str], metric: Metric, *, everyone: bool) -> str:
    if len(names) == 1:
        return f"{names[0]} is {metric.best}."
    if everyone:
        return f"No difference in {metric.noun} could be told between {listed(names)}."
    return f"{listed(names)} are {metric.best}; no difference between them could be told."


def _next(entry: Contender, name: str, best: str, metric: Metric) -> str:
    low, high = entry.ratio.low, entry.ratio.high
    interval = f" ({100 * low:.0f}% to {100 * high:.0f}%)" if low and high else ""
    return f"Next is {name} at {100 * entry.ratio.value:.0f}% of {best}'s {metric.noun}{interval}."
