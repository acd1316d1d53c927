"""Server-sent events as they stand in a body: where each ends, and what data it carries."""

from __future__ import annotations

import re
from collections.abc import Sequence

MEDIA = "text/event-stream"

_END = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
_LINE = re.compile(r"\r\n|\n|\r")


def ends(body: bytes) -> Sequence[int]:
    """Where each event of ``body`` ends, its blank line included."""
    return [match.end() for match in _END.finditer(body)]


def parse(body: bytes) -> list[str]:
    """Data of the events of ``body``, as the HTML standard says (9.2.6); ValueError where one is cut short.

    Comments, names, ids and times to retry carry no data; an event without data is none.
    """
    text = body.decode("utf-8")
    if not _END.search(body[-4:]):
        raise ValueError("the last event is not ended by a blank line")
    data: list[str] = []
    events: list[str] = []
    for line in _LINE.split(text):
        name, _, value = line.partition(":")
        if not line and data:
            events.append("\n".join(data))
            data = []
        elif name == "data":
            data.append(value.removeprefix(" "))
    return events
