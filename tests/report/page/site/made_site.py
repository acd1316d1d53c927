"""Sites made for tests, and runs whose stacks do not vary alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from report.page.site.layout import AppSource, Texts
from report.page.site.write import SiteRun, build_site
from results.model import Run
from results.store import to_line
from tests.support import synthetic_lifecycles
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

STACKS = (
    ("asgi", "uvicorn-standard"),
    ("starlette", "uvicorn-standard"),
    ("fastapi", "uvicorn-standard"),
    ("fastapi", "granian-asgi"),
    ("flask", "gunicorn-gthread"),
    ("django", "gunicorn-gthread"),
)
"""Few, on three servers; the last cannot be launched."""
TEXTS = Texts(
    sources={
        "fastapi": AppSource(
            files={"fastapi_app.py": "app = '<b>FastAPI</b>'\n", "fastapi_data.py": "pool = 1\n"},
            documentation="https://fastapi.example/",
        )
    },
    scenarios={"json": "a small JSON object"},
)


def make_site(runs: Sequence[Run], folder: Path, texts: Texts = TEXTS) -> Path:
    """Folder of the site of ``runs``, whose records are written beside it."""
    site_runs = []
    for number, run in enumerate(runs):
        record = folder / f"record-{number}.jsonl"
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_bytes(to_line(run.plan) + b"".join(map(to_line, run.launches)))
        site_runs.append(SiteRun(run=run, record=record))
    return build_site(site_runs, folder / "site", texts)[0].parent


def all_kinds() -> list[Run]:
    """A run that timed, with one that counted and one that looked at lifecycles."""
    return [
        make_run(blocks=6, stacks=STACKS, scenarios=("json", "orders")),
        make_cost_run(stacks=STACKS[:3], scenarios=("json",)),
        synthetic_lifecycles.run(),
    ]


def make_uneven(run: Run) -> Run:
    """``run``, of which one stack varies far more than the others."""
    loud = run.plan.cells[0].stack
    trials = tuple(
        replace(trial, requests=int(trial.requests * (1.6 if trial.block % 2 else 0.6)))
        if trial.cell.stack == loud
        else trial
        for trial in run.trials
    )
    return replace(run, plan=replace(run.plan, name="uneven"), trials=trials)
