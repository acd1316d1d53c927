"""Pages as Markdown and as JSON: all that they say but for the charts, whose numbers stand in tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from report import fmt
from report.analysis.merging.merge import Source
from report.page.build import Shown
from report.page.compose import make_page, verdict
from report.page.context import Context
from report.page.model import Fact, Section, SectionPart, Table, TableEntry
from report.views import merged_words
from report.views.answers.markdown import as_markdown as answers_as_markdown
from report.views.gate.markdown import escape
from report.views.json_types.page import (
    EntryJson,
    FactJson,
    PageJson,
    PagesJson,
    PartJson,
    SectionJson,
    SourceJson,
    TableJson,
)
from report.views.terminal import run_data


def as_markdown(shown: Shown) -> str:
    """Headline, cards and their numbers of each page; of one that timed no load, its sentence."""
    apart = (f"{escape(fmt.sentence(reason))}\n" for reason in shown.apart)
    return "\n".join([*map(_page_markdown, shown.contexts()), *apart])


def _page_markdown(context: Context) -> str:
    if not context.timed:
        return f"### {escape(context.run.plan.name)}\n\n**{escape(verdict(context))}**\n"
    merged = context.merged
    notes = (f"Made of {merged_words.runs(merged)}; {merged_words.care(merged)}",) if merged.sources else ()
    return answers_as_markdown(context.run.plan.name, context.answers, context.titles, notes)


def as_json(shown: Shown) -> str:
    """``PagesJson`` as text."""
    data: PagesJson = {
        "pages": [_page_data(context) for context in shown.contexts()],
        "apart": list(shown.apart),
    }
    return json.dumps(data, indent=2, allow_nan=False, default=asdict)


def _page_data(context: Context) -> PageJson:
    page, name = make_page(context), context.run.plan.name
    return {
        "name": page.name,
        "runs": [_source_data(source) for source in context.merged.sources],
        "verdict": page.verdict,
        "facts": _facts_data(page.facts),
        "warnings": [{"name": warning.word, "text": warning.text} for warning in page.warnings],
        "overview": [_table_data(table) for table in page.overview],
        "sections": [_section_data(section) for section in page.sections],
        "numbers": run_data(context.run, context.conclusions, context.answers, name, None)
        if context.timed
        else None,
    }


def _source_data(source: Source) -> SourceJson:
    return {
        "run": source.name,
        "planned_unix_s": source.created_unix_s,
        "first_block": source.first_block,
        "blocks": source.blocks,
        "cells": [cell.slug for cell in source.cells],
    }


def _section_data(section: Section) -> SectionJson:
    return {
        "name": section.anchor,
        "question": section.question,
        "answer": section.answer,
        "note": section.note,
        "parts": [_part_data(part) for part in section.parts if not part.link],
    }


def _part_data(part: SectionPart) -> PartJson:
    """Files beside a page are no part of what it says."""
    return {
        "heading": part.heading or part.folded,
        "text": part.text,
        "points": _facts_data(part.points),
        "charts": [f"{figure.label}. {figure.caption}" for figure in part.figures],
        "tables": [_table_data(table) for table in part.tables],
        "logs": [{"name": log.summary, "text": log.text} for log in part.logs],
    }


def _facts_data(facts: Iterable[Fact]) -> list[FactJson]:
    return [{"name": fact.name, "text": fact.text} for fact in facts]


def _table_data(table: Table) -> TableJson:
    return {
        "caption": table.caption,
        "columns": [{"label": column.label, "unit": column.unit} for column in table.columns],
        "rows": [_row_data(row.entries) for row in table.rows],
    }


def _row_data(entries: Sequence[TableEntry]) -> list[EntryJson]:
    return [
        {
            "text": entry.text,
            "detail": entry.detail,
            "value": entry.key if entry.key is not None and math.isfinite(entry.key) else None,
            "gap": entry.gap,
        }
        for entry in entries
    ]
