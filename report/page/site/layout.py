"""Which pages a run has in the site, and their names: all of a run lie in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from report.analysis.workload import Workload
from report.page.context import Context, variant_of
from report.page.model import Place
from report.page.names import safe_names
from results.model import IN_PROCESS, Cell, Interface, Load

RUN, TWO, DATA, ALL_RUNS, HISTORY = "index.html", "two.html", "data.html", "../index.html", "../history.html"
"""Pages that every run has, the index over all, and their history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSource:
    """What a stack's app is, as text."""

    files: Mapping[str, str]
    """Text by file name, the app's own file first."""
    documentation: str = ""
    """Address of the framework's documentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What pages say beside a record, from the files of hotlap that made it."""

    sources: Mapping[str, AppSource] = field(default_factory=dict)
    """By framework."""
    scenarios: Mapping[str, str] = field(default_factory=dict)
    """Title by scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack that has a page."""

    slug: str
    """``Cell.stack``."""
    name: str
    """For the reader."""
    variant: str
    """Server variant and interface: only frameworks on the same are compared."""
    cell: Cell
    """One of its cells."""
    value: str
    """In addresses."""

    @property
    def page(self) -> str:
        """Name of its page."""
        return f"stack-{self.value}.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The pages of one run."""

    stacks: tuple[Stack, ...]
    scenarios: Mapping[str, str]
    """Name of its page by scenario, in the order of the run."""
    headings: Mapping[Workload, str]
    """What each workload is called."""

    @property
    def has_two(self) -> bool:
        """Whether there are two stacks to hold against each other."""
        return len(self.stacks) > 1

    def stack_of(self, cell: Cell) -> Stack | None:
        """The stack of a cell; None where it has no page."""
        return next((stack for stack in self.stacks if stack.slug == cell.stack), None)


def make_layout(context: Context) -> Layout:
    """Pages of all that was timed, counted or looked at; neither of controls nor of what never was."""
    cells = {cell.stack: cell for cell in reversed([*_cells(context)]) if not cell.control}
    ordered = sorted(cells.values(), key=lambda cell: _order(context, cell))
    values = safe_names(cell.stack for cell in ordered)
    scenarios = [*dict.fromkeys(cell.scenario for cell in _cells(context) if cell.load != Load.PROBE)]
    pages = safe_names(scenarios)
    return Layout(
        stacks=tuple(
            Stack(
                slug=cell.stack,
                name=_name(context, cell),
                variant=variant_of(cell),
                cell=cell,
                value=value,
            )
            for cell, value in zip(ordered, values, strict=True)
        ),
        headings={workload: context.heading(workload) for workload in context.workloads()},
        scenarios={name: f"scenario-{page}.html" for name, page in zip(scenarios, pages, strict=True)},
    )


def _cells(context: Context) -> Iterator[Cell]:
    """Every cell that something is known of, those that were timed first."""
    yield from (summary.cell for summary in context.summaries)
    yield from (count.cell for costs in context.costs for count in costs.counts)
    yield from (summary.cell for summary in context.lifecycles)


def _name(context: Context, cell: Cell) -> str:
    """Of a stack, or of an app that is called without a server."""
    in_process = cell.server == IN_PROCESS
    return f"{context.title(cell.framework)}, in process" if in_process else context.stack_name(cell)


def _order(context: Context, cell: Cell) -> tuple[str, Interface, str, str]:
    """Of stacks: by server, and within one by the framework's name."""
    return cell.server, cell.interface, context.title(cell.framework), cell.stack


def places_from(layout: Layout, stack: Stack | None = None) -> tuple[Place, ...]:
    """Pages that every page of a run leads to; from that of a stack, any two begins with it."""
    two = Place(label="Any two stacks", href=f"{TWO}#~a={stack.value}" if stack else TWO)
    return (
        Place(label="All runs", href=ALL_RUNS),
        Place(label="This run", href=RUN),
        *((two,) if layout.has_two else ()),
        Place(label="Its data", href=DATA),
        Place(label="History", href=HISTORY),
    )
