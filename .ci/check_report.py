"""Checks the smoke run: the whole quick matrix is planned, measured without failure, and on the page.

Standard library only: it runs where nothing but nox is installed.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

APPS = Path(__file__).parents[1] / "apps"
BLOCK = re.compile(r"^# /// script\n(?P<content>(?:#.*\n)+?)# ///$", re.MULTILINE)
"""The metadata that a framework's file begins with (PEP 723)."""
TABLE = "overview"
"""The page's table with a row a stack: framework, server, and a value of each of its cells.

Where it is wide, a second one, `overview-2`, has further cells, and so on."""
PAGE_BYTES = 1_500_000
CHARTS = 3
"""The page has at least so many."""
Stack = tuple[str, str]
"""(framework, server)"""


@dataclass(slots=True)
class Row:
    """A row of the page's table of stacks."""

    framework: str
    texts: list[str] = field(default_factory=list)
    n_values: int = 0
    """Entries with a number: no head, no gap."""

    @property
    def stack(self) -> Stack:
        """The framework, and the server without its interface."""
        return self.framework, self.texts[1].partition(" ·")[0] if len(self.texts) > 1 else ""


class StackTable(HTMLParser):
    """Collects the rows of the table of stacks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._within = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin the table, a row, or an entry of a row."""
        attributes = dict(attrs)
        if tag == "table":
            self._within = (attributes.get("id") or "").partition("-")[0] == TABLE
        elif not self._within:
            return
        elif tag == "tr" and "data-framework" in attributes:
            self.rows.append(Row(attributes["data-framework"] or ""))
        elif tag in {"th", "td"} and self.rows:
            self.rows[-1].texts.append("")
            self.rows[-1].n_values += attributes.get("class") == "number" and "data-key" in attributes

    def handle_data(self, data: str) -> None:
        """Text of the entry that began last."""
        if self._within and self.rows and self.rows[-1].texts:
            self.rows[-1].texts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End the table."""
        if tag == "table":
            self._within = False


def quick_stacks() -> dict[str, list[str]]:
    """Server variants (or patterns of them) that each framework's file declares for the quick matrix."""
    quick = {}
    for path in sorted(APPS.glob("*_app.py")):
        block = BLOCK.search(path.read_text(encoding="utf-8"))
        if block is None:
            raise SystemExit(f"{path.name} does not begin with its metadata")
        declared = tomllib.loads(re.sub(r"^# ?", "", block["content"], flags=re.MULTILINE))
        if servers := declared["tool"]["hotlap"].get("quick"):
            quick[path.stem.removesuffix("_app").replace("_", "-")] = servers
    return quick


def missing_stacks(quick: dict[str, list[str]], stacks: Iterable[Stack]) -> list[str]:
    """Stacks of the quick matrix that are not among ``stacks``."""
    known = set(stacks)
    return [
        f"{framework} on {pattern}"
        for framework, patterns in quick.items()
        for pattern in patterns
        if not any(name == framework and fnmatchcase(server, pattern) for name, server in known)
    ]


def missing_rows(cells: Sequence[dict[str, Any]], page: str) -> list[str]:
    """Stacks of ``cells`` without a row on the page, or with fewer values in it than closed cells.

    Of an open load the page shows the 99th percentile, which has too few samples in a short run.
    """
    planned = Counter(
        (cell["framework"], cell["server"])
        for cell in cells
        if not cell["control"] and cell["load"] == "closed"
    )
    shown: Counter[Stack] = Counter()
    for row in StackTable(page).rows:
        shown[row.stack] += row.n_values
    return [
        f"{framework} on {server} ({shown[framework, server]} of {n_cells} values)"
        for (framework, server), n_cells in planned.items()
        if shown[framework, server] < n_cells
    ]


def check(record: Path, quick: dict[str, list[str]]) -> str:
    """What was checked, in one line; SystemExit with the first thing that is wrong."""
    plan, *lines = (json.loads(line) for line in record.read_text(encoding="utf-8").splitlines())
    trials = [line for line in lines if line["type"] == "trial"]
    failures = [line for line in lines if line["type"] == "failure"]
    page = (record.parent / "report" / "index.html").read_text(encoding="utf-8")
    planned = {json.dumps(cell, sort_keys=True) for cell in plan["cells"]}
    measured = {json.dumps(trial["cell"], sort_keys=True) for trial in trials}
    unplanned = missing_stacks(quick, ((cell["framework"], cell["server"]) for cell in plan["cells"]))
    unshown = missing_rows(plan["cells"], page)
    checks = {
        "a quick matrix in the files of apps": bool(quick),
        f"the quick matrix planned, but not {unplanned}": not unplanned,
        "a control planned": any(cell["control"] for cell in plan["cells"]),
        f"no failures, but {failures[:2]}": not failures,
        f"{len(planned)} cells measured as planned, not {len(measured)}": measured == planned,
        "every trial answered": all(trial["requests"] > 0 for trial in trials),
        "no errors under load": not any(trial.get("errors") for trial in trials),
        f"a row of values for each stack on the page, but not {unshown}": not unshown,
        "charts on the page": page.count("<svg") >= CHARTS,
        "nothing fetched by the page": not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page),
        f"a page under {PAGE_BYTES:,} bytes": len(page.encode()) < PAGE_BYTES,
    }
    for expected, holds in checks.items():
        if not holds:
            raise SystemExit(f"smoke run: expected {expected}")
    return f"smoke run: {len(trials)} trials of {len(measured)} cells, page of {len(page)} characters"


def main(results: Path) -> None:
    """Check the one run in ``results``."""
    (record,) = results.glob("*/run.jsonl")
    print(check(record, quick_stacks()))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
