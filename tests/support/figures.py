"""Looking into sections of a page and into their charts, in tests."""

from __future__ import annotations

import re

from report.page.model import Section, SectionPart


def part_of(section: Section | None, anchor: str) -> SectionPart:
    """The part of a section by its anchor."""
    assert section is not None
    return next(part for part in section.parts if part.anchor == anchor)


def anchors(section: Section | None) -> list[str]:
    """Anchors of all parts; none of a section that is not there."""
    return [part.anchor for part in section.parts] if section else []


def texts(part: SectionPart) -> list[str]:
    """Everything that stands in the charts of a part."""
    return [text for figure in part.figures for text in re.findall(r"<text[^>]*>([^<]*)</text>", figure.svg)]
