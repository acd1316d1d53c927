"""Comparisons between cells: who may be compared with whom, ratios, tiers, and the answer in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from report import fmt
from report.analysis.doubts import shared_flags
from report.analysis.flags import Flag
from report.analysis.metric_types import Metric
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary, fit_metric, group_by_workload
from report.analysis.together import Together
from report.analysis.workload import Workload
from report.stats.levels import Level
from report.stats.ranking import BLOCKS_TO_RANK, Tiers, find_tiers
from results.model import Cell, Interface

MARK = "†"
"""Stands behind the name of a contender that has flagged trials where the others have none such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A stack within a group of those that may be compared."""

    cell: Cell
    level: Level
    ratio: Level
    """To the best of the group, among what was measured together; without an interval for the best itself,
    which is 1."""
    tier: int | None
    """1: cannot be told from the best. None below 6 blocks, or with nothing to compare with."""
    near_best: bool = False
    """Whether more blocks may prove it to be of the first tier: it is not yet far from the best."""
    flags: tuple[tuple[Flag, int], ...] = ()
    """Flags of its trials, each with the number of trials that carry it."""
    differs: bool = False
    """Whether it has a flag that nearly all others of its group, or of its workload, do not have."""

    @property
    def mark(self) -> str:
        """What stands behind its name wherever it is ranked: a dagger where its flags set it apart."""
        return MARK if self.differs else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Contenders that may be compared with each other, and the floors beside them."""

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
    contenders: tuple[Contender, ...]
    """Best first, those with too few blocks last."""
    floors: tuple[Contender, ...]
    """Bare interface apps, never ranked; their ratio is to the best contender, or 1 where there is none."""
    missing: tuple[tuple[Cell, str], ...]
    """Contenders without a level, each with the reason."""
    separable_percent: float | None
    """Smallest difference that this run could have told, at its own noise."""

    def sentence(self, titles: Mapping[str, str] | None = None) -> str:
        """The answer in words, frameworks by their ``titles``; no ranking word without tiers."""
        contenders, metric = self.contenders, self.metric
        if not contenders:
            return "No framework was measured here."
        names = [_name(contender, self.kind, titles or {}) for contender in contenders]
        if len(contenders) == 1:
            return f"{names[0]} is alone here: nothing to compare it with."
        if contenders[0].tier is None:
            return (
                f"Only {fmt.counted(self.n_blocks, 'block')}: too few to rank, {BLOCKS_TO_RANK} are needed."
            )
        named = list(zip(names, contenders, strict=True))
        first = [name for name, contender in named if contender.tier == 1]
        second = [(name, contender) for name, contender in named if contender.tier == 2]  # noqa: PLR2004 - the next
        unranked = [name for name, contender in named if contender.tier is None]
        sentences = [_first_tier(first, metric, everyone=len(first) == len(contenders))]
        if second:
            sentences.append(_next(*second[0], names[0], metric))
        if unranked:
            sentences.append(f"{fmt.listed(unranked)}: too few blocks to rank.")
        return " ".join(sentences)


def group_contenders(
    summaries: Iterable[Summary], metric: Metric = THROUGHPUT, *, kind: str = "frameworks"
) -> tuple[Group, ...]:
    """Groups of cells that differ in nothing but the framework (or, for ``stacks``, framework and server).

    Neither the A/A control nor a floor is a contender, nor is a cell under a load that ``metric`` does not
    compare by (throughput under open load is the offered rate). Workloads stand in the order of the run,
    within each the interfaces and servers by name.
    """
    summaries = tuple(summaries)
    workloads: dict[Workload, int] = {}
    groups: dict[tuple[int, str | None, Interface | None], list[Summary]] = {}
    for summary in summaries:
        cell = summary.cell
        if cell.control or cell.load not in metric.loads:
            continue
        side = (cell.server, cell.interface) if kind == "frameworks" else (None, None)
        groups.setdefault((workloads.setdefault(summary.workload, len(workloads)), *side), []).append(summary)
    asked = group_by_workload(summaries)
    fits = {
        workload: fit_metric(asked[workload], metric, workload, within_servers=kind == "frameworks")
        for workload in workloads
    }
    alike = {workload: shared_flags(asked[workload]) for workload in workloads}
    ordered = sorted(groups.items(), key=lambda pair: (pair[0][0], str(pair[0][2]), str(pair[0][1])))
    return tuple(
        _group(members, metric, kind, fits[members[0].workload], alike[members[0].workload])
        for _, members in ordered
    )


def is_floor(cell: Cell) -> bool:
    """Whether the cell's framework is the bare interface: what frameworks are measured against, no choice."""
    return cell.framework == cell.interface


def _group(
    members: Sequence[Summary], metric: Metric, kind: str, together: Together | None, alike: Collection[str]
) -> Group:
    """A group of ``members``; flags named in ``alike`` set none of them apart."""
    cell = members[0].cell
    measured = [summary for summary in members if summary.metric_summaries[metric.name].comparable]
    floors = [summary for summary in measured if is_floor(summary.cell)]
    ordered = _best_first([summary for summary in measured if not is_floor(summary.cell)], metric, together)
    best = (*ordered, *floors, None)[0]
    ranking = _tiers(ordered, metric, together)
    shared = {*alike} | shared_flags(ordered)
    contenders = tuple(
        replace(
            _contender(summary, best, metric, together, ranking),
            differs=any(flag.name not in shared for flag, _ in summary.flags),
        )
        for summary in ordered
    )
    most = max((_n_blocks(summary, metric) for summary in ordered), default=0)
    same_server = kind == "frameworks"
    return Group(
        kind=kind,
        metric=metric,
        scenario=cell.scenario,
        server=cell.server if same_server else None,
        interface=cell.interface if same_server else None,
        workload=members[0].workload,
        n_blocks=most,
        contenders=contenders,
        floors=tuple(_contender(floor, best, metric, together, ranking) for floor in floors),
        missing=tuple(
            (summary.cell, summary.reason(metric)) for summary in members if summary not in measured
        ),
        separable_percent=ranking.separable_percent,
    )


def _n_blocks(summary: Summary, metric: Metric) -> int:
    return len(summary.by_block(metric))


def _best_first(contenders: Sequence[Summary], metric: Metric, together: Together | None) -> list[Summary]:
    """From best to worst by their levels in the mean of what they were measured in, the unranked last."""
    sign = -1 if metric.higher_is_better else 1

    def place(summary: Summary) -> tuple[bool, float, str]:
        level = together.fit.absolute(summary.cell.slug) if together else 0.0
        return _n_blocks(summary, metric) < BLOCKS_TO_RANK, sign * level, summary.cell.stack

    return sorted(contenders, key=place)


def _tiers(ordered: Sequence[Summary], metric: Metric, together: Together | None) -> Tiers:
    """Tiers of the contenders that have blocks enough, by slug."""
    ranked = [summary.cell.slug for summary in ordered if _n_blocks(summary, metric) >= BLOCKS_TO_RANK]
    if together is None:
        return Tiers(tiers={}, near=frozenset(), separable_percent=None)
    return find_tiers(together.fit, ranked, higher_is_better=metric.higher_is_better)


def _contender(
    summary: Summary, best: Summary | None, metric: Metric, together: Together | None, ranking: Tiers
) -> Contender:
    level, best_level = summary.level(metric), best.level(metric) if best else None
    if level is None or best is None or best_level is None:
        raise ValueError(f"{summary.cell.slug} has no {metric.name} to compare")
    ratio = None if summary is best or together is None else together.ratio(summary.cell, best.cell)
    return Contender(
        cell=summary.cell,
        level=level,
        ratio=ratio or Level(value=level.value / best_level.value, n=0),
        tier=ranking.tiers.get(summary.cell.slug),
        near_best=summary.cell.slug in ranking.near,
        flags=summary.flags,
    )


def _name(contender: Contender, kind: str, titles: Mapping[str, str]) -> str:
    cell = contender.cell
    title = titles.get(cell.framework, cell.framework)
    name = title if kind == "frameworks" else f"{title} on {cell.server}"
    return name + contender.mark


def _first_tier(names: Sequence[str], metric: Metric, *, everyone: bool) -> str:
    if len(names) == 1:
        return f"{names[0]} is {metric.best}."
    if everyone:
        return f"No difference in {metric.noun} could be told between {fmt.listed(names)}."
    return f"{fmt.listed(names)} are {metric.best}; no difference between them could be told."


def _next(name: str, contender: Contender, best: str, metric: Metric) -> str:
    low, high = contender.ratio.low, contender.ratio.high
    interval = f" ({100 * low:.0f}% to {100 * high:.0f}%)" if low and high else ""
    return f"Next is {name} at {100 * contender.ratio.value:.0f}% of {best}'s {metric.noun}{interval}."
