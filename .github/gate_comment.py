"""The comment on a pull request, made from the gate's JSON: ``gate_comment.py FILE URL`` prints Markdown.

The JSON comes from a job that ran the pull request's code, so it may say anything. Nothing of it is passed on
as text: names of cells and words are held against what they can be, and the rest are numbers. It needs the
standard library alone, and is run from the branch that the pull request asks to be merged into.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

LARGEST_BYTES = 1 << 20
MOST_ROWS = 40
CELL = re.compile(r"[a-z0-9][a-z0-9.-]{0,150}")
METRICS = {
    "instructions_per_request": "Cost",
    "cpu_us_per_request": "CPU per request",
    "throughput_rps": "Throughput",
    "p50_us": "Median latency",
    "p99_us": "99th percentile of latency",
    "memory_mib": "Memory",
}
VERDICTS = ("regression", "could not measure", "waived", "no regression seen", "improvement", "fine")
"""Worst first."""
SHOWN = frozenset({"regression", "could not measure", "waived", "improvement"})
ANSWERS = {
    0: "Nothing got worse.",
    1: "Something got worse.",
    3: "Something could not be measured.",
    4: "Nothing was seen to get worse, but a regression that matters could have hidden.",
}
"""By exit code of the gate."""


def main() -> None:
    """Print the comment."""
    path, url = sys.argv[1:]
    sys.stdout.write(comment(Path(path), url) + "\n")


def comment(path: Path, url: str) -> str:
    """Markdown from the file at ``path``, whatever is in it; ``url`` is where all of it can be seen."""
    try:
        return _told(_rows(path), url)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return (
            f"The gate ended before it could judge, or left nothing that can be read: see [its log]({url})."
        )


def _rows(path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and rows; ValueError where they are not what a gate writes."""
    if path.is_symlink() or not 0 < path.stat().st_size <= LARGEST_BYTES:
        raise ValueError("no verdict")
    data = json.loads(path.read_text(encoding="utf-8"))
    code, rows = data["exit_code"], data["rows"]
    if code not in ANSWERS or not isinstance(rows, list):
        raise ValueError("no verdict")
    return code, [_row(row) for row in rows if row["decides"] is True]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    cell, metric, verdict = row["cell"], row["metric"], row["verdict"]
    if not CELL.fullmatch(cell) or metric not in METRICS or verdict not in VERDICTS:
        raise ValueError("no row")
    worse = row["worse"] or {}
    return {
        "cell": cell,
        "metric": METRICS[metric],
        "verdict": verdict,
        "change": [_number(worse.get(name)) for name in ("percent", "low_percent", "high_percent")],
    }


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _told(verdict: tuple[int, list[dict[str, Any]]], url: str) -> str:
    code, rows = verdict
    rows.sort(key=lambda row: (VERDICTS.index(row["verdict"]), row["cell"], row["metric"]))
    counts = Counter(row["verdict"] for row in rows)
    lines = [f"**{ANSWERS[code]}**", ""]
    if told := [row for row in rows if row["verdict"] in SHOWN][:MOST_ROWS]:
        lines += ["| cell | metric | verdict | worse by (95%) |", "|---|---|---|---|"]
        lines += [
            f"| `{row['cell']}` | {row['metric']} | {row['verdict']} | {_change(row['change'])} |"
            for row in told
        ]
        lines.append("")
    summed = ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts[name]) or "no cell was judged"
    return "\n".join([*lines, f"{summed}. [All of it, and what it rests on]({url})"])


def _change(change: list[float | None]) -> str:
    estimate, low, high = change
    if estimate is None:
        return "-"
    return (
        f"{estimate:+.2f}%"
        if low is None or high is None
        else f"{estimate:+.2f}% ({low:+.2f}% to {high:+.2f}%)"
    )


if __name__ == "__main__":
    main()
