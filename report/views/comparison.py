"""A comparison of two sides in words and as JSON."""

from __future__ import annotations

from report.analysis.two_sides.comparison import Compared
from report.analysis.two_sides.pairings import title
from report.views.gate.exports import row_data, to_json
from report.views.gate.terminal import table
from report.views.json_types.two_sides import CompareJson
from results.text import plain


def as_text(compared: Compared) -> str:
    """A line per cell and metric: ratio, interval and word; then what it rests on."""
    lines = [
        f"base: {compared.base}; head: {compared.head}",
        f"by {compared.how}",
        "",
        table(compared.rows, everything=True),
        "",
        *_remarks(compared),
        *(f"differs: {line}" for line in compared.differences),
        *(f"left out: {line}" for line in compared.left_out),
        *(f"where the time goes: {flame.cell}: {flame.file}" for flame in compared.flames),
    ]
    return "\n".join(plain(line) for line in "\n".join(lines).splitlines())


def _remarks(compared: Compared) -> list[str]:
    """What is to be known of each metric, and once per cell the doubts about its trials."""
    said = [
        f"{title(row.change.pairing)}, {row.change.metric.noun}: {row.said}"
        for row in compared.rows
        if row.said
    ]
    doubts = dict.fromkeys(
        f"{title(row.change.pairing)}: {'; '.join(row.change.notes)}"
        for row in compared.rows
        if row.change.notes
    )
    return [*said, *doubts]


def as_json(compared: Compared) -> str:
    """A comparison as one JSON object; differences in percent, positive is worse."""
    data: CompareJson = {
        "base": compared.base,
        "head": compared.head,
        "how": compared.how,
        "differences": compared.differences,
        "rows": [row_data(row) for row in compared.rows],
        "left_out": compared.left_out,
        "exit_code": compared.exit_code(),
    }
    if compared.flames:
        data["flame_graphs"] = compared.flames
    return to_json(data)
