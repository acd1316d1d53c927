"""Puts a page together: answers, facts and legend, then the sections in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from report import fmt
from report.analysis.costs import NOT_COUNTED, ONE_BUILD
from report.page import answers
from report.page.charts.look import NEUTRAL, OKABE_ITO, VARIABLES, Look
from report.page.context import Context
from report.page.label import label_warnings
from report.page.model import Fact, Page, RunWarning, Section, Swatch
from report.page.sections import (
    claims,
    consume,
    data,
    layers,
    live,
    method,
    migrate,
    saturate,
    serve,
    trust,
    wait,
    which,
)
from report.page.sections.overview import overview_tables
from report.views import cost_words, lifecycle_words, merged_words, words
from report.views.answers import headline, sentence

SECTIONS = (which, serve, wait, saturate, layers, consume, live, migrate, claims, trust, method, data)
"""The sections in the order of the page; one that has nothing to show is None."""
TIMED = (which, serve, wait, saturate, consume, migrate, claims)
"""Sections that a run which timed no load does not have."""


def make_page(context: Context) -> Page:
    """Everything that the template shows."""
    return Page(
        name=context.run.plan.name,
        verdict=verdict(context),
        top=answers.top(context) if context.timed else None,
        detail=_detail(context),
        hotlap=context.run.plan.environment.harness.get("hotlap", ""),
        legend=_legend(context),
        facts=_facts(context),
        warnings=tuple(_warnings(context)),
        overview=overview_tables(context) if context.timed else (),
        sections=tuple(_sections(context)),
    )


def _warnings(context: Context) -> Iterator[RunWarning]:
    yield from label_warnings(context.run)
    if context.merged.sources:
        yield RunWarning(word=merged_words.WORD, text=merged_words.care(context.merged))
    for flag in context.conclusions.flags:
        cause = fmt.sentence(f"{flag.cause}: {flag.meaning}")
        yield RunWarning(word=flag.word, text=f"{cause} {fmt.sentence(flag.remedy)}")


def _sections(context: Context) -> Iterator[Section]:
    for module in SECTIONS:
        if context.timed or module not in TIMED:
            section = module.section(context)
            if section is not None:
                yield section


def verdict(context: Context) -> str:
    """The headline as text."""
    if context.timed:
        return sentence.plain(headline.headline(context.answers.headline, context.titles))
    if context.costs:
        return cost_words.sentence(context.costs, context.titles)
    return lifecycle_words.sentence(context.lifecycles, context.titles)


def _detail(context: Context) -> str:
    if context.timed:
        return words.legend(context.groups)
    return f"{NOT_COUNTED} {ONE_BUILD}" if context.costs else lifecycle_words.SCOPE


def _legend(context: Context) -> tuple[Swatch, ...]:
    cells = [summary.cell for summary in context.conclusions.summaries]
    cells += [count.cell for costs in context.costs for count in costs.counts]
    cells += [summary.cell for summary in context.lifecycles]
    return legend_of({cell.framework for cell in cells}, context.titles, context.look)


def legend_of(frameworks: Iterable[str], titles: Mapping[str, str], look: Look) -> tuple[Swatch, ...]:
    """``frameworks`` with their colours, by title."""
    return tuple(
        Swatch(
            name=name,
            title=titles.get(name, name),
            slot=-1 if look.colour(name) == NEUTRAL else OKABE_ITO.index(look.colour(name)),
            variable=VARIABLES[look.colour(name)],
        )
        for name in sorted(frameworks, key=lambda name: titles.get(name, name))
    )


def _facts(context: Context) -> tuple[Fact, ...]:
    plan = context.run.plan
    machine = plan.environment.machine
    measured = fmt.moment(plan.created_unix_s, "%d %B %Y, %H:%M UTC").removeprefix("0")
    merged = [Fact(name="Made of", text=merged_words.runs(context.merged))] if context.merged.sources else []
    return (
        *merged,
        Fact(name="Measured", text=measured),
        Fact(name="Machine", text=f"{machine.cpu_model}, {fmt.counted(machine.logical_cpus, 'CPU')}"),
        *(_timing_facts(context) if context.timed else _counting_facts(context)),
        Fact(name="Could not be measured", text=fmt.counted(len(context.failures), "failure")),
    )


def _timing_facts(context: Context) -> tuple[Fact, ...]:
    """Size of a run that timed, and the smallest differences between frameworks that it can tell."""
    conclusions = context.conclusions
    blocks = len({trial.block for trial in context.run.trials})
    cells = sum(1 for summary in conclusions.summaries if summary.n_trials)
    smallest = [group.separable_percent for group in context.groups if group.separable_percent is not None]
    return (
        Fact(
            name="Size",
            text=f"{fmt.counted(blocks, 'block')}, {fmt.counted(conclusions.n_trials, 'trial')}, "
            f"{fmt.counted(cells, 'cell')} measured",
        ),
        Fact(
            name="Smallest difference it can tell",
            text=f"{fmt.percent(min(smallest))} to {fmt.percent(max(smallest))}, by comparison"
            if smallest
            else "too few blocks to say",
        ),
    )


def _counting_facts(context: Context) -> tuple[Fact, ...]:
    """Size of a run that timed no load, and how steady its counts are."""
    if not context.costs:
        records = sum(len(run.lifecycles) for run in context.lifecycle_runs)
        stacks = {summary.cell.stack for summary in context.lifecycles}
        size = f"{fmt.counted(records, 'record')} of {fmt.counted(len(stacks), 'stack')}"
        return (Fact(name="Size", text=size),)
    counts = [count for costs in context.costs for count in costs.counts if count.level]
    spreads = [100 * count.spread for count in counts if count.spread is not None]
    cells = f"{fmt.counted(len(counts), 'cell')} counted"
    return (
        Fact(name="Size", text=f"{fmt.counted(len(context.run.costs), 'count')}, {cells}"),
        Fact(name="Spread of a cell's intervals", text=f"at most {max(spreads):.2f}%" if spreads else "none"),
    )
