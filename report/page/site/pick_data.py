"""What the script of any two stacks reads: the fits as they are, and texts of what has no ratio."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from report.analysis.any_two import StackFits
from report.analysis.lifecycles import scaled
from report.page.context import Context
from report.page.metric_columns import metric_entry, symbol
from report.page.model import TableEntry, gap, level_entry
from report.page.site.layout import Layout
from report.page.site.pick_fits import describe_fit
from report.stats.levels import BLOCKS_FOR_INTERVAL
from report.views import cost_words, lifecycle_words

Text = tuple[str, str, bool]
"""A text, its interval, and whether it says why there is no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideRow:
    """Something of every stack that no ratio is taken of."""

    about: str
    what: str
    texts: Mapping[str, TableEntry]
    """By slug of stack."""


def make_pick_data(context: Context, layout: Layout, every_fit: Sequence[StackFits]) -> Markup:
    """JSON for the script, in which nothing can end the element that it stands in."""
    places = {stack.slug: place for place, stack in enumerate(layout.stacks)}
    data = {
        "least_blocks": BLOCKS_FOR_INTERVAL,
        "stacks": [{"name": stack.name, "variant": stack.variant} for stack in layout.stacks],
        "ratios": [
            _ratio_row(fits, layout.headings[context.workload(fits.summaries[0].cell)], places, number)
            for number, fits in enumerate(every_fit)
        ],
        "beside": [
            {"about": row.about, "what": row.what, "texts": _texts(row.texts, places)}
            for row in beside_rows(context)
        ],
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - see above


def _ratio_row(fits: StackFits, asked: str, places: Mapping[str, int], number: int) -> dict[str, object]:
    texts = {summary.cell.stack: metric_entry(summary, fits.metric) for summary in fits.summaries}
    slugs = {
        summary.cell.slug: places[summary.cell.stack]
        for summary in fits.summaries
        if summary.cell.stack in places
    }
    return {
        "name": number,
        "asked": asked,
        "measured": f"{fits.metric.label}, {symbol(fits.metric)}",
        "noun": fits.metric.noun,
        "within": describe_fit(fits.within, slugs),
        "across": describe_fit(fits.across, slugs),
        "texts": _texts(texts, places),
    }


def _texts(entries: Mapping[str, TableEntry], places: Mapping[str, int]) -> dict[int, Text]:
    return {
        places[slug]: (shown.text, shown.detail, shown.gap)
        for slug, shown in entries.items()
        if slug in places
    }


def beside_rows(context: Context) -> Iterator[BesideRow]:
    """Instructions, what probes of lifecycles saw, and capabilities."""
    yield from _cost_rows(context)
    yield from _lifecycle_rows(context)
    yield from _capability_rows(context)


def _cost_rows(context: Context) -> Iterator[BesideRow]:
    for costs in context.costs:
        for scenario in costs.scenarios:
            yield BesideRow(
                about="Instructions of a request",
                what=scenario if len(context.costs) == 1 else f"{scenario}, {costs.name}",
                texts={
                    count.cell.stack: level_entry(
                        count.level, count.reason, cost_words.number, cost_words.interval
                    )
                    for count in costs.counts
                    if count.cell.scenario == scenario
                },
            )


def _lifecycle_rows(context: Context) -> Iterator[BesideRow]:
    rows: dict[tuple[str, str], dict[str, TableEntry]] = {}
    for summary in context.lifecycles:
        probe, stack = lifecycle_words.title(summary.cell.scenario), summary.cell.stack
        for name, level in summary.values.items():
            what = lifecycle_words.heading(name)
            text, detail = lifecycle_words.level_texts(scaled(name, level))
            rows.setdefault((probe, what), {})[stack] = TableEntry(text=text, detail=detail)
        for name, answer in summary.answers.items():
            rows.setdefault((probe, name), {})[stack] = TableEntry(text=answer)
    return (BesideRow(about=probe, what=what, texts=texts) for (probe, what), texts in rows.items())


def _capability_rows(context: Context) -> Iterator[BesideRow]:
    """Of each scenario: whether the stack has what it takes."""
    able: dict[str, dict[str, TableEntry]] = {}
    for summary in context.summaries:
        shown = TableEntry(text="yes") if summary.n_trials else gap(summary.gap)
        able.setdefault(summary.cell.scenario, {}).setdefault(summary.cell.stack, shown)
    for run in context.runs:
        for absent in run.plan.not_applicable:
            reason = gap(f"not applicable: {absent.reason}")
            able.setdefault(absent.cell.scenario, {}).setdefault(absent.cell.stack, reason)
    return (
        BesideRow(about="Can it answer this scenario?", what=scenario, texts=texts)
        for scenario, texts in able.items()
    )
