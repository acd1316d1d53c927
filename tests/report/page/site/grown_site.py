"""Small runs on disk, and sites that they are added to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from report.page.site.grow import Growth, add_runs
from results.model import Run
from tests.report.page.site.made_site import TEXTS
from tests.support.recording import record_lines
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run

STACKS = (("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread"))
DAY_S = 86_400.0


def small_run(day: int, **changes: object) -> Run:
    """A run of a day, by its name and its plan."""
    run = make_run(
        **{
            "name": f"day-{day}",
            "seed": day,
            "blocks": 1,
            "stacks": STACKS,
            "scenarios": ("json",),
            "troubles": False,
            "control": False,
            **changes,
        }
    )
    return replace(run, plan=replace(run.plan, created_unix_s=run.plan.created_unix_s + day * DAY_S))


def small_count(day: int) -> Run:
    """A run of a day that only counted instructions."""
    run = make_cost_run(stacks=STACKS[:1], scenarios=("json",))
    plan = replace(run.plan, name=f"cost-{day}", created_unix_s=run.plan.created_unix_s + day * DAY_S)
    return replace(run, plan=plan)


def record(run: Run, results: Path) -> Path:
    """Folder of ``run``, as hotlap records it in the folder ``results``."""
    folder = results / run.plan.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.jsonl").write_bytes(b"".join(record_lines(run)))
    return folder


def grow(site: Path, *runs: Run, most_bytes: int = 500_000_000) -> Growth:
    """Add runs to the site in ``site``, recorded beside it."""
    folders = [record(run, site.parent / "results") for run in runs]
    return add_runs(folders, site, TEXTS, most_bytes=most_bytes)


def files_of(site: Path, name: str) -> set[str]:
    """Names of the files of a run."""
    return {path.name for path in (site / name).iterdir()}
