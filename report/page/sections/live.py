"""How does it live: what probes saw of starts, stops, idle connections, reloads and documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.lifecycles import Lifecycle, quantity, scaled
from report.analysis.openapi import differences, documents
from report.page.context import Context, stack_entries
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    gap,
    table,
)
from report.page.sections.parts import memory
from report.views import lifecycle_words


def section(context: Context) -> Section | None:
    """A table a probe; None where no lifecycle was looked at."""
    summaries = context.lifecycles
    if not summaries:
        return None
    return Section(
        anchor="live",
        short="How it lives",
        question="How does it start, idle, reload and stop?",
        answer=lifecycle_words.sentence(summaries, context.titles),
        note=lifecycle_words.SCOPE,
        parts=(*_memory(context), *_probe_parts(context), *_agreement(context)),
    )


def _memory(context: Context) -> Iterator[SectionPart]:
    """The chart of memory, where no section on what is consumed has it."""
    chart = None if context.timed else memory.part(context)
    if chart is not None:
        yield chart


def _probe_parts(context: Context) -> Iterator[SectionPart]:
    for name in dict.fromkeys(summary.cell.scenario for summary in context.lifecycles):
        summaries = [summary for summary in context.lifecycles if summary.cell.scenario == name]
        yield SectionPart(
            heading=lifecycle_words.title(name),
            anchor=f"live-{name}",
            tables=(_table(context, name, summaries),),
        )


def _table(context: Context, name: str, summaries: list[Lifecycle]) -> Table:
    values = tuple(dict.fromkeys(value for summary in summaries for value in summary.values))
    answers = tuple(dict.fromkeys(answer for summary in summaries for answer in summary.answers))
    return Table(
        anchor=f"live-{name}-table",
        caption=f"{name}: what was seen, stack by stack",
        columns=(
            *STACK_COLUMNS,
            Column(label="Repeats", numeric=True),
            *(
                Column(label=_head(quantity(value).title), unit=quantity(value).unit, numeric=True)
                for value in values
            ),
            *(Column(label=_head(answer)) for answer in answers),
        ),
        rows=tuple(
            TableRow(
                framework=summary.cell.framework,
                entries=(
                    *stack_entries(context, summary.cell),
                    TableEntry(text=str(summary.n), key=summary.n),
                    *(_value_entry(summary, value) for value in values),
                    *(_answer_entry(summary, answer) for answer in answers),
                ),
            )
            for summary in summaries
        ),
    )


def _head(text: str) -> str:
    """``text`` with a capital; what is in capitals already stays so."""
    return text[:1].upper() + text[1:]


def _value_entry(summary: Lifecycle, name: str) -> TableEntry:
    if (level := summary.values.get(name)) is None:
        return gap(summary.absent.get(name, lifecycle_words.NOT_ASKED))
    level = scaled(name, level)
    text, detail = lifecycle_words.level_texts(level)
    return TableEntry(text=text, detail=detail, key=round(level.value, 6))


def _answer_entry(summary: Lifecycle, name: str) -> TableEntry:
    answer = summary.answers.get(name)
    return entry(answer) if answer else gap(lifecycle_words.NOT_ASKED)


def _agreement(context: Context) -> Iterator[SectionPart]:
    """What the OpenAPI documents of frameworks say differently."""
    for number, run in enumerate(context.lifecycle_runs):
        by_framework = documents(run)
        if len(by_framework) < 2:  # noqa: PLR2004 - one document agrees with itself
            continue
        lines = differences(by_framework)
        names = fmt.listed(context.title(framework) for framework in by_framework)
        places = fmt.counted(len(lines), "place")
        yield SectionPart(
            heading=f"Do the documents of {names} say the same?",
            anchor=f"live-openapi-{number}",
            text="Yes: the same paths, parameters, bodies and success answers."
            if not lines
            else f"Not in {places}; error answers and limits of values are left out.",
            tables=(_lines_table(number, lines),) if lines else (),
        )


def _lines_table(number: int, lines: Sequence[str]) -> Table:
    rows = [(line,) for line in lines]
    return table(f"live-openapi-{number}-table", "What they say differently", ("Difference",), rows)
