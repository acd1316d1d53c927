"""Checks the report of the smoke run: every framework is measured, nothing failed, nothing is fetched."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

FRAMEWORKS = {"asgi", "starlette", "fastapi", "litestar", "flask", "django"}
CELLS = 32 + 3
"""Eleven stacks by three scenarios, less `orders` of the floor, and the control stack."""


def main(results: Path) -> None:
    """Raise SystemExit with the first thing that is wrong."""
    (record,) = results.glob("*/run.jsonl")
    lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    trials = [line for line in lines if line["type"] == "trial"]
    failures = [line for line in lines if line["type"] == "failure"]
    page = (record.parent / "report" / "index.html").read_text(encoding="utf-8")
    measured = {json.dumps(trial["cell"], sort_keys=True) for trial in trials}
    checks = {
        f"no failures, but {failures[:2]}": not failures,
        f"{CELLS} cells measured, not {len(measured)}": len(measured) == CELLS,
        "every framework measured": {trial["cell"]["framework"] for trial in trials} == FRAMEWORKS,
        "every trial answered": all(trial["requests"] > 0 for trial in trials),
        "no errors under load": not any(trial.get("errors") for trial in trials),
        "every framework in the page": all(name in page for name in FRAMEWORKS),
        "charts in the page": page.count("<svg") >= 3,  # noqa: PLR2004 - one a section at the least
        "nothing fetched by the page": not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page),
        "page under 1.5 MB": len(page.encode()) < 1_500_000,  # noqa: PLR2004 - the style's limit
    }
    for check, holds in checks.items():
        if not holds:
            raise SystemExit(f"smoke run: expected {check}")
    print(f"smoke run: {len(trials)} trials of {len(measured)} cells, page of {len(page)} characters")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
