"""A comparison of two sides in words and as JSON."""

from __future__ import annotations

from dataclasses import asdict

from report.compare import Compared
from report.gate import phrases
from report.gate.exports import row_data, written
from report.gate.on_terminal import plain, table
from report.sides import title


def as_text(compared: Compared) -> str:
    """A line per cell and metric: ratio, interval and word; then what it rests on."""
    lines = [
        f"base: {compared.base}; head: {compared.head}",
        f"by {compared.how}",
        "",
        table(compared.rows, everything=True),
        "",
        *(
            f"{title(row.change.pairing)}, {row.change.metric.noun}: {phrases.remarks(row)}"
            for row in compared.rows
            if phrases.remarks(row)
        ),
        *(f"differs: {line}" for line in compared.differences),
        *(f"left out: {line}" for line in compared.left_out),
    ]
    return "\n".join(plain(line) for line in "\n".join(lines).splitlines())


def as_json(compared: Compared) -> str:
    """The same with everything; differences in percent, positive is worse."""
    data = asdict(compared) | {
        "exit_code": compared.exit_code(),
        "rows": [row_data(row) for row in compared.rows],
    }
    return written(data)
