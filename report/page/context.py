"""What every section of a page starts from: one run, what was found out about it, and how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from report.analysis.conclusions import Conclusions, conclude
from report.analysis.contenders import Group, is_floor
from report.analysis.costs import Costs, costs, holds_costs
from report.analysis.frames import Frames, build
from report.analysis.summary import Summary
from report.analysis.titles import titles_of
from report.analysis.workload import Workload, shares, workload
from report.page.charts.look import Look, assign_look
from report.page.charts.rows import ChartRow, Panel
from report.stats.levels import Level
from report.views import words
from results.model import Cell, Failure, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One run, worked out once."""

    run: Run
    frames: Frames
    findings: Conclusions
    look: Look
    titles: Mapping[str, str]
    shares: Mapping[Cell, float]
    """Open cells whose rate is a share of their own capacity."""
    counting: tuple[Run, ...]
    """Runs that counted instructions, this one or others shown with it."""
    counted: tuple[Costs, ...]
    """What each of them counted."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """This run, and the others whose counts are shown with it."""
        return self.run, *(each for each in self.counting if each is not self.run)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Of all ``runs``."""
        return tuple(failure for run in self.runs for failure in run.failures)

    @property
    def timed(self) -> bool:
        """Whether the run was to time anything, or only to count."""
        return self.run.plan.kind != "cost"

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """All but the A/A control, which is shown once, on its own."""
        return tuple(each for each in self.findings.summaries if not each.cell.control)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Frameworks on the same server variant and interface, where there is one at all."""
        return tuple(group for group in self.findings.groups if group.entries)

    def title(self, framework: str) -> str:
        """A framework's name for the reader."""
        return self.titles.get(framework, framework)

    def workload(self, cell: Cell) -> Workload:
        """What is asked of the cell's stack."""
        return workload(cell, self.shares.get(cell))

    def workloads(self, *loads: str) -> list[Workload]:
        """What was asked of the stacks under these loads (under any), in the order of the plan."""
        found = dict.fromkeys(self.workload(each.cell) for each in self.summaries)
        return [each for each in found if not loads or each.load in loads]

    def heading(self, wanted: Workload) -> str:
        """A workload's name: the scenario's, with the load where the run has several."""
        loads = {other[1:] for other in self.workloads()}
        if len(loads) == 1:
            return wanted.scenario
        opens = [other for other in loads if other[0] != "closed"]
        alike = len({other[1:3] for other in opens}) == 1 and len({other[4] for other in opens}) == 1
        short = wanted.load != "closed" and alike
        return f"{wanted.scenario}: {words.offered(wanted) if short else words.load(wanted)}"


def context(run: Run, others: Sequence[Run] = ()) -> Context:
    """Work out a run; what ``others`` counted is shown with it."""
    frames = build(run)
    found = conclude(run, frames)
    cells = [each.cell for each in found.summaries]
    cells += [each.cell for each in run.plan.not_applicable]
    counting = [each for each in (run, *others) if holds_costs(each)]
    counted = tuple(costs(each) for each in counting)
    cells += [each.cell for found in counted for each in found.counts]
    return Context(
        run=run,
        frames=frames,
        findings=found,
        look=assign_look(
            (cell.framework for cell in cells if not is_floor(cell)), (cell.server for cell in cells)
        ),
        titles={name: title for each in (*others, run) for name, title in titles_of(each).items()},
        shares=shares(run),
        counting=tuple(counting),
        counted=counted,
    )


def sides(here: Context, wanted: Workload) -> list[tuple[str, list[Summary]]]:
    """Summaries of a workload by interface and server variant, each in the order it is shown.

    Floors come first; then the best first where that could be told, else by name.
    """
    found: dict[str, list[Summary]] = {}
    for each in here.summaries:
        if here.workload(each.cell) == wanted:
            found.setdefault(side(each.cell.server, each.cell.interface), []).append(each)
    order = {
        entry.cell: place if group.entries[0].tier else 0
        for group in here.groups
        for place, entry in enumerate(group.entries)
    }
    for members in found.values():
        members.sort(
            key=lambda each: (
                not is_floor(each.cell),
                order.get(each.cell, len(order)),
                each.cell.framework,
            )
        )
    return sorted(found.items(), key=lambda pair: (pair[1][0].cell.interface, pair[1][0].cell.server))


def side(server: str | None, interface: str | None) -> str:
    """Name of the place where a comparison between frameworks is fair: server variant and interface."""
    return f"{server} · {words.SHORT_INTERFACE.get(interface or '', interface)}"


def panels(
    here: Context,
    wanted: Workload,
    metric: str,
    text: Callable[[Level], str],
    *,
    scale: float = 1,
    gap: Callable[[str], str] = str,
) -> list[Panel]:
    """A metric of every stack of a workload as a chart's rows, one panel a server variant."""

    def row(each: Summary) -> ChartRow:
        measure = each.measures[metric]
        level = scaled(measure.level, scale)
        return ChartRow(
            label=here.title(each.cell.framework),
            framework=each.cell.framework,
            server=each.cell.server,
            value=level.value if level else None,
            low=level.low if level else None,
            high=level.high if level else None,
            dots=tuple(value * scale for value in measure.by_block.values()) if level else (),
            text=text(level) if level else gap(measure.reason),
        )

    return [
        Panel(heading=name, rows=tuple(row(each) for each in members))
        for name, members in sides(here, wanted)
    ]


def scaled(level: Level | None, scale: float) -> Level | None:
    """A level in another unit."""
    if level is None:
        return None
    low, high = (None if bound is None else bound * scale for bound in (level.low, level.high))
    return Level(value=level.value * scale, low=low, high=high, n=level.n)
