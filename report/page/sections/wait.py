"""How long do users wait: percentile curves at equal offered rate, then the queueing of closed load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.contenders import Group, group_contenders
from report.analysis.metrics import MEDIAN, P99, page_columns
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.waiting import Curve, CurvePanel, draw_waiting
from report.page.context import (
    Context,
    summaries_by_variant,
    variant_name,
)
from report.page.metric_columns import shown_level
from report.page.model import (
    Fact,
    Figure,
    Section,
    SectionPart,
    figure,
)
from report.page.sections.parts import streaming, waiting_table
from results.model import Load

QUEUEING_NOTE = (
    "Read this as queueing under saturation: with closed load all connections always wait in line, so time "
    "is about connections divided by throughput. It shows how a full server shares its time, not what an "
    "unhurried visitor feels; only an open load (--rate equal) can show that."
)
OPEN_NOTE = (
    "Open load: requests arrive on a schedule, whether or not the server is ready, and each one's time "
    "counts from the instant it was due, so a stall is felt by everyone who was due in it. This is what "
    "users wait."
)
NO_WINDOWS = (
    "This run cannot say: its closed load was measured in turns, whose latencies mean nothing, and it "
    "offered no open load (--rate equal)."
)
BESIDE_TURNS = (
    "Its own latencies come from turns and mean nothing. What others wait meanwhile does: it was measured "
    "behind the turns, in a window of the same load."
)
OWN_RATE_NOTE = "Each stack was offered a share of its own capacity: this compares no stack with another."


def section(context: Context) -> Section:
    """Percentile curves, one chart per workload, open load first."""
    open_workloads = context.workloads(Load.OPEN)
    closed = context.workloads(Load.CLOSED)
    closed_workloads = [load for load in closed if not load.in_turns]
    charted = (*open_workloads, *closed_workloads)
    in_turns = [load for load in closed if load.in_turns]
    groups = [
        group for metric in page_columns("wait") for group in group_contenders(context.summaries, metric)
    ]
    decisive = [group for group in groups if _decides(context, group)]
    return Section(
        anchor="wait",
        short="How long users wait",
        question="How long do users wait?",
        answer=_answer(context, Load.OPEN if open_workloads else Load.CLOSED)
        if open_workloads or closed_workloads
        else NO_WINDOWS,
        note=OPEN_NOTE + context.uncharted_note
        if open_workloads
        else QUEUEING_NOTE + context.uncharted_note
        if closed_workloads
        else "",
        parts=tuple(
            _part(context, workload, index, [group for group in decisive if group.workload == workload])
            for index, workload in enumerate(charted)
        )
        + tuple(_beside_turns(context, in_turns, len(charted))),
    )


def _beside_turns(context: Context, workloads: Sequence[Workload], first: int) -> Iterator[SectionPart]:
    """A part for each of ``workloads`` beside whose load others asked something; numbered from ``first``."""
    for index, workload in enumerate(workloads, first):
        streams = tuple(streaming.figures_and_tables(context, workload, index))
        if streams:
            yield SectionPart(
                heading=context.heading(workload),
                anchor=f"wait-{index}",
                text=BESIDE_TURNS,
                figures=tuple(chart for drawn, _ in streams for chart in drawn),
                tables=tuple(table for _, table in streams),
            )


def _decides(context: Context, group: Group) -> bool:
    """Whether a group says who is quicker: open load at one rate, several contenders, enough requests."""
    if group.workload.load == Load.CLOSED or len(group.contenders) < 2:  # noqa: PLR2004 - to compare
        return False
    cells = {contender.cell for contender in group.contenders}
    compared = (summary for summary in context.summaries if summary.cell in cells)
    return all(summary.requests >= group.metric.least_requests * summary.n_trials for summary in compared)


def _answer(context: Context, load: Load) -> str:
    """The shortest and the longest wait; at one rate for all, where the run has one."""
    loaded = [summary for summary in context.summaries if summary.cell.load == load]
    loaded = [summary for summary in loaded if summary.cell not in context.shares] or loaded
    waits = [
        (median, p99, summary)
        for summary in loaded
        if (median := shown_level(summary, MEDIAN))
        and (p99 := shown_level(summary, P99))
        and median.low
        and p99.low
    ]
    if not waits:
        return "No cell settled with enough samples to say it with an interval."
    shortest, longest = (pick(waits, key=lambda wait: wait[0].value) for pick in (min, max))
    return (
        f"{'Under saturation' if load == Load.CLOSED else 'At the offered rates'} "
        f"the median wait is {fmt.amount(shortest[0], 'ms')} where it is shortest "
        f"({_where(context, shortest[2])}) and {fmt.amount(longest[0], 'ms')} where it is longest "
        f"({_where(context, longest[2])}); 99% are answered within {fmt.amount(shortest[1], 'ms')} and "
        f"{fmt.amount(longest[1], 'ms')} there."
    )


def _where(context: Context, summary: Summary) -> str:
    rate = f" at {summary.cell.rate_rps:,g}/s" if summary.cell.rate_rps else ""
    return context.cell_name(summary.cell) + rate


def _part(context: Context, workload: Workload, index: int, groups: Sequence[Group]) -> SectionPart:
    """Curves and table of a workload; ``groups`` say who is quicker in it."""
    figures = _figures(context, workload, index)
    text = _text(context, workload)
    if not figures and workload in context.charted:
        text = f"{text} No curve: no cell settled with enough samples. The table says why.".strip()
    streams = tuple(streaming.figures_and_tables(context, workload, index))
    return SectionPart(
        heading=context.heading(workload),
        anchor=f"wait-{index}",
        scenario=workload.scenario,
        text=text,
        points=tuple(
            Fact(
                name=f"{variant_name(group.server, group.interface)}, {group.metric.noun}",
                text=group.sentence(context.titles),
            )
            for group in groups
        ),
        figures=(*figures, *(stream_figure for drawn, _ in streams for stream_figure in drawn)),
        tables=(
            waiting_table.table(context, workload, index, _title(context, workload, "time to answer")),
            *(stream_table for _, stream_table in streams),
        ),
    )


def _text(context: Context, workload: Workload) -> str:
    """What must be known to read the chart of a workload, beside the note of the section."""
    if workload.load == Load.CLOSED:
        return QUEUEING_NOTE if context.workloads(Load.OPEN) else ""
    return OWN_RATE_NOTE if workload.share is not None else ""


def _title(context: Context, workload: Workload, what: str) -> str:
    kind = "under saturation" if workload.load == Load.CLOSED else "as users wait for it"
    return f"{context.heading(workload)}: {what} {kind}"


def _figures(context: Context, workload: Workload, index: int) -> tuple[Figure, ...]:
    """The chart; nothing where no cell has a curve, or the run is too large for it."""
    if workload not in context.charted:
        return ()
    curves = [
        (name, _curves(context, summaries)) for name, summaries in summaries_by_variant(context, workload)
    ]
    panels = [CurvePanel(heading=name, curves=drawn) for name, drawn in curves if drawn]
    if not panels:
        return ()
    svg = draw_waiting(
        panels,
        context.look,
        key=f"wait{index}",
        title=_title(context, workload, "time to answer by share of requests,"),
        description="One curve a framework, one panel a server variant; the numbers are in the table below.",
    )
    caption = (
        f"{fmt.sentence(context.load(workload))} Each step to the right on the 1/(1−p) axis is ten times "
        "rarer; curves end where fewer than 10 samples lie beyond. All panels share their axes."
    )
    return (figure(svg, f"Chart: {context.heading(workload)}, waiting time", caption),)


def _curves(context: Context, summaries: Sequence[Summary]) -> tuple[Curve, ...]:
    return tuple(
        Curve(
            label=context.title(summary.cell.framework),
            framework=summary.cell.framework,
            shares=tuple(q / 100 for q in summary.curve_q),
            latency_ms=tuple(us / 1000 for us in summary.curve_us),
        )
        for summary in summaries
        if summary.level(MEDIAN) and summary.curve_q
    )
