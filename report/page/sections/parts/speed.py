"""Of the section on trust: the speed of the machine over the run, which no ratio depends on."""

from __future__ import annotations

from report.analysis.machine_speed import heat_speeds
from report.page.charts.speed import SpeedPoint, draw_speed
from report.page.context import Context
from report.page.model import SectionPart, figure

CAPTION = (
    "Each dot is the median speed over the turns of one heat, its line reaches from the 10th to the 90th "
    "percentile of them; 100% is the mean of the run. All stacks of a heat share its speed, so it is in no "
    "ratio. Where heats differ much, somebody else was at work."
)


def part(context: Context) -> SectionPart | None:
    """A chart of all heats; None where fewer than two tell."""
    heats = heat_speeds(context.run, context.conclusions.summaries)
    if len(heats) < 2:  # noqa: PLR2004 - one has nothing to differ from
        return None
    first = heats[0].started_unix_s
    points = [
        SpeedPoint(
            minutes=(heat.started_unix_s - first) / 60, low=heat.low, middle=heat.middle, high=heat.high
        )
        for heat in heats
    ]
    svg = draw_speed(
        points,
        key="speed",
        title="Speed of the machine over the run, relative to its mean",
        description="One dot a heat in order of time, with a line from the 10th to the 90th percentile of "
        "its turns.",
    )
    return SectionPart(
        heading="Speed of the machine",
        anchor="speed",
        figures=(figure(svg, "Chart: speed of the machine", CAPTION),),
    )
