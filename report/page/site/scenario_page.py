"""The page of a scenario: what the page of the run says of it, and the stacks that were asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from report.analysis.contenders import is_floor
from report.analysis.metrics import telling_metric
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.context import Context, variant_name
from report.page.label import label_warnings
from report.page.metric_columns import metric_column, metric_entry
from report.page.model import Column, Page, Section, SectionPart, Table, TableEntry, TableRow, entry
from report.page.site.layout import Layout, Texts, places_from
from report.views import words
from results.model import Load


def make_scenario_page(context: Context, run_page: Page, layout: Layout, scenario: str, texts: Texts) -> Page:
    """What was measured of one scenario; charts and tables are those of ``run_page``."""
    title = texts.scenarios.get(scenario, "")
    sections = (*_sections_about(run_page, scenario), *_stacks(context, layout, scenario))
    return replace(
        run_page,
        name=f"{scenario}, run {context.run.plan.name}",
        kind="Scenario",
        verdict=f"{scenario}: {title}" if title else scenario,
        top=None,
        detail=" ".join(_sentences(context, scenario)),
        facts=(),
        warnings=label_warnings(context.run),
        overview=(),
        sections=sections,
        places=places_from(layout),
    )


def _sentences(context: Context, scenario: str) -> Iterator[str]:
    """Who is fastest on each server."""
    for group in context.groups:
        if group.scenario == scenario:
            where = variant_name(group.server, group.interface)
            load = f", {context.load(group.workload)}" if len(_closed(context, scenario)) > 1 else ""
            yield f"On {where}{load}: {words.group_sentence(group, context.titles)}"


def _closed(context: Context, scenario: str) -> list[Workload]:
    return [load for load in context.workloads(Load.CLOSED) if load.scenario == scenario]


def _sections_about(run_page: Page, scenario: str) -> Iterator[Section]:
    """The sections of the run's page that have parts about the scenario, with these alone."""
    for section in run_page.sections:
        parts = tuple(part for part in section.parts if part.scenario == scenario)
        if parts:
            yield replace(section, answer="", parts=parts)


def _stacks(context: Context, layout: Layout, scenario: str) -> Iterator[Section]:
    """Each stack that was asked, by what its load is judged by first."""
    summaries = [summary for summary in context.summaries if summary.cell.scenario == scenario]
    loads = dict.fromkeys(summary.cell.load for summary in summaries)
    if summaries:
        yield Section(
            anchor="stacks",
            short="The stacks",
            question="Which stacks were asked?",
            parts=tuple(
                SectionPart(
                    tables=(
                        _table(
                            context,
                            layout,
                            load,
                            [summary for summary in summaries if summary.cell.load == load],
                        ),
                    )
                )
                for load in loads
            ),
        )


def _table(context: Context, layout: Layout, load: Load, summaries: list[Summary]) -> Table:
    return Table(
        anchor=f"stacks-{load}",
        caption=f"Every stack under {load} load, with the page that tells of it",
        columns=(
            Column(label="Stack"),
            Column(label="Asked"),
            metric_column(telling_metric(load)),
            Column(label="Kind"),
        ),
        rows=tuple(
            TableRow(
                framework=summary.cell.framework,
                entries=(
                    _stack_entry(context, layout, summary),
                    entry(layout.headings[context.workload(summary.cell)]),
                    metric_entry(summary, telling_metric(load)),
                    entry("floor" if is_floor(summary.cell) else "framework"),
                ),
            )
            for summary in summaries
        ),
    )


def _stack_entry(context: Context, layout: Layout, summary: Summary) -> TableEntry:
    """Name of a cell's stack, which leads to its page."""
    stack = layout.stack_of(summary.cell)
    return TableEntry(text=context.stack_name(summary.cell), link=stack.page if stack else "")
