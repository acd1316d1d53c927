"""Of the section on claims: the picture of a claim, where the run has what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from report import fmt
from report.analysis.claims.claim import Evidence
from report.analysis.claims.frameworks import LAYERS, LOWER, UPPER
from report.analysis.claims.lives import IDLE, LIFESPAN, LONG_LIVED, SHUTDOWN
from report.analysis.claims.threads import DELAY_MEAN_S, THREADS, by_connections, thread_limit_rps
from report.analysis.contenders import is_floor
from report.analysis.layers import Layers, Step
from report.analysis.lifecycles import Lifecycle, quantity, scaled
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.page.charts.bars import draw_bars
from report.page.charts.columns import BarColumn, draw_columns
from report.page.charts.growth import GrowthLine, Limit, draw_growth
from report.page.charts.rows import ChartRow, Panel
from report.page.charts.waterfall import draw_waterfall
from report.page.context import Context
from report.page.model import Figure, figure
from report.page.sections.parts import layer_rows
from report.views import lifecycle_words
from results.model import Interface

LABELS_WIDTH = 228
"""Pixels: rows are called by framework and server."""
THREADS_CAPTION = (
    "Handlers wait {ms:.0f} ms in the mean, so that n connections could be answered n / {ms:.0f} ms times a "
    "second by whoever keeps all of them waiting at once. A server with threads keeps one waiting in each."
)
IDLE_CAPTION = (
    "What memory of the server grows by for each connection that was answered once and then says nothing; "
    "less is better."
)
ENDS_CAPTION = (
    "Left, how many requests that are being answered when SIGTERM comes get no answer; right, how long the "
    "server takes to end. Medians over repeats; less is better in both."
)


def draw(context: Context, evidence: Evidence, claim: str, key: str) -> tuple[Figure, ...]:
    """The picture of ``claim``, with ids that begin with ``key``; empty where there is nothing to draw."""
    picture = PICTURES.get(claim)
    drawn = picture(context, evidence, key) if picture else None
    return (drawn,) if drawn else ()


def _threads(context: Context, evidence: Evidence, key: str) -> Figure | None:
    """Throughput of stacks that wait, by connections, and what threads cannot pass."""
    stacks = tuple(by_connections(evidence))
    if not stacks:
        return None
    svg = draw_growth(
        [_line(evidence, members) for members in stacks],
        context.look,
        key=key,
        title="Throughput of handlers that wait, by connections",
        description="One line a stack, labelled where it ends; a dashed line for what threads cannot pass.",
        axis_label="connections",
        limit=_limit(evidence, stacks),
    )
    caption = THREADS_CAPTION.format(ms=1e3 * DELAY_MEAN_S)
    return figure(svg, "Chart: threads or an event loop", caption)


def _line(evidence: Evidence, members: Sequence[Summary]) -> GrowthLine:
    points = [
        (summary.cell.connections, level.value)
        for summary in members
        if (level := summary.level(THROUGHPUT)) is not None
    ]
    cell = members[0].cell
    return GrowthLine(
        label=evidence.stack(cell),
        framework=cell.framework,
        server=cell.server,
        counts=tuple(connections for connections, _ in points),
        rps=tuple(rps for _, rps in points),
    )


def _limit(evidence: Evidence, stacks: Sequence[Sequence[Summary]]) -> Limit | None:
    """Of WSGI servers with one number of workers; None where there are none."""
    cells = [members[0].cell for members in stacks]
    workers = {cell.workers for cell in cells if cell.interface == Interface.WSGI}
    if len(workers) != 1:
        return None
    number = workers.pop()
    rps = number * thread_limit_rps(evidence)
    threads = fmt.counted(number * evidence.run.plan.setup.threads, "thread")
    return Limit(label=f"{threads} / {1e3 * DELAY_MEAN_S:.0f} ms = {rps:,.0f}/s", rps=rps)


def _idle(context: Context, evidence: Evidence, key: str) -> Figure | None:
    """Memory of a connection that says nothing."""
    panels = [
        Panel(
            heading=lifecycle_words.title(probe),
            rows=tuple(_row(evidence, seen, "connection_bytes") for seen in _seen(evidence, probe)),
        )
        for probe in IDLE
    ]
    panels = [panel for panel in panels if any(row.value is not None for row in panel.rows)]
    if not panels:
        return None
    svg = draw_bars(
        panels,
        context.look,
        key=key,
        title="Memory of an idle connection",
        description="One bar a stack, one group a kind of connection.",
        axis_label=f"{quantity('connection_bytes').unit} for each connection",
        labels_width=LABELS_WIDTH,
    )
    return figure(svg, "Chart: memory of idle connections", IDLE_CAPTION)


def _ends(context: Context, evidence: Evidence, key: str) -> Figure | None:
    """Requests lost and seconds taken at the end of a server."""
    seen = _seen(evidence, SHUTDOWN)
    if not any("exit_s" in entry.values for entry in seen):
        return None
    columns = [
        BarColumn(
            label=label,
            panels=(
                Panel(
                    heading=lifecycle_words.title(SHUTDOWN),
                    rows=tuple(_row(evidence, entry, name) for entry in seen),
                ),
            ),
        )
        for name, label in (("in_flight_lost", "requests in flight lost"), ("exit_s", "s until it ended"))
    ]
    svg = draw_columns(
        columns,
        context.look,
        key=key,
        title="The end of a server: requests lost and seconds taken",
        description="One row a stack, requests in flight that were lost beside the seconds until it ended.",
        labels_width=LABELS_WIDTH,
    )
    return figure(svg, "Chart: the end of a server", ENDS_CAPTION)


def _seen(evidence: Evidence, probe: str) -> list[Lifecycle]:
    return [entry for entry in evidence.lifecycles if entry.cell.scenario == probe]


def _row(evidence: Evidence, seen: Lifecycle, name: str) -> ChartRow:
    cell, label = seen.cell, evidence.stack(seen.cell)
    known = seen.values.get(name)
    if known is None:
        reason = seen.absent.get(name, lifecycle_words.NOT_ASKED)
        return ChartRow(label=label, framework=cell.framework, server=cell.server, text=reason)
    level = scaled(name, known)
    return ChartRow(
        label=label,
        framework=cell.framework,
        server=cell.server,
        value=level.value,
        low=level.low,
        high=level.high,
        text=" ".join(filter(None, (lifecycle_words.level_text(level), quantity(name).unit))),
    )


def _layers(context: Context, evidence: Evidence, key: str) -> Figure | None:
    """Floor, Starlette and FastAPI, in the first scenario that was counted of all three."""
    costs = evidence.costs
    if costs is None:
        return None
    for scenario in costs.scenarios:
        groups = [group for group in costs.layers if group.scenario == scenario]
        panels = [layer_rows.panel(context, group, steps) for group in groups if (steps := _steps(group))]
        if panels:
            svg = draw_waterfall(
                panels,
                context.look,
                key=key,
                title=f"{scenario}: what each layer adds to a request",
                description="One bar a layer, beginning where the layer below ends.",
                axis_label=layer_rows.AXIS_LABEL,
            )
            return figure(svg, f"Chart: layers in {scenario}", layer_rows.WATERFALL_CAPTION)
    return None


def _steps(group: Layers) -> list[Step]:
    """Of the floor and the two that the claim is of; empty where one was not counted."""
    named = [
        step
        for step in group.steps
        if step.level and (is_floor(step.count.cell) or step.count.cell.framework in {LOWER, UPPER})
    ]
    return named if {LOWER, UPPER} <= {step.count.cell.framework for step in named} else []


PICTURES: Mapping[str, Callable[[Context, Evidence, str], Figure | None]] = {
    THREADS.name: _threads,
    LONG_LIVED.name: _idle,
    LIFESPAN.name: _ends,
    LAYERS.name: _layers,
}
"""By name of the claim."""
