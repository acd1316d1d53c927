"""How long a night takes a site of 200 runs: ``python -m tests.benchmarks.site_history``, about a minute.

The history is one made run under 200 names, pages and all. What is timed is to add one more run of the size
of the quick matrix, with all its pages, the index, the history, and a look at every page and record there.
"""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from report.analysis.history.extract_files import read_extracts, write_extracts
from report.page.site.grow import add_runs
from report.page.site.kept import KeptRun, digest_of, read_kept
from results.store import read
from runners.cli.site_command import texts_of
from tests.benchmarks.bars import Bars
from tests.support.recording import record_lines
from tests.support.synthetic import make_run

RUNS = 200
DAY_S = 86_400.0
BAR_S, BAR_MB = 180.0, 500.0


def recorded(results: Path, name: str, day: int) -> Path:
    """A run of the size of the quick matrix."""
    run = make_run(name=name, seed=day, rates=(1000.0,))
    plan = replace(run.plan, created_unix_s=run.plan.created_unix_s + day * DAY_S)
    (results / name).mkdir(parents=True)
    (results / name / "run.jsonl").write_bytes(b"".join(record_lines(replace(run, plan=plan))))
    return results / name


def make_history(site: Path, results: Path) -> None:
    """A site of ``RUNS`` runs that are old."""
    add_runs([recorded(results, "night-000", 0)], site, texts_of(None))
    (first,), _ = read_kept(site)
    first.retire()
    for day in range(1, RUNS):
        copied(first, f"night-{day:03d}", day)


def copied(first: KeptRun, name: str, day: int) -> None:
    """The same run under another name, as if its page had been made."""
    run = read(first.folder)
    plan = replace(run.plan, name=name, created_unix_s=run.plan.created_unix_s + day * DAY_S)
    folder = first.folder.parent / name
    folder.mkdir()
    (folder / "run.jsonl").write_bytes(b"".join(record_lines(replace(run, plan=plan))))
    (folder / "index.html").write_bytes(first.page.read_bytes())
    extracts = read_extracts(first.folder) or ()
    renamed = [replace(own.plan, name=name, created_unix_s=plan.created_unix_s) for own in extracts]
    write_extracts(folder, "", [replace(own, plan=plan) for own, plan in zip(extracts, renamed, strict=True)])
    if first.made:
        KeptRun(folder=folder, plan=plan).note(replace(first.made, key=digest_of(folder, ())))


def main() -> None:
    """Print seconds and megabytes beside their bars."""
    bars = Bars()
    with tempfile.TemporaryDirectory(prefix="hotlap-") as scratch:
        site, results = Path(scratch, "site"), Path(scratch, "results")
        make_history(site, results)
        tonight = recorded(results, f"night-{RUNS}", RUNS)
        begun_s = time.monotonic()
        growth = add_runs([tonight], site, texts_of(None))
        took_s = time.monotonic() - begun_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{growth.runs} runs, pages of {growth.made} made; peak memory of the process {peak_mb:.0f} MB")
    bars.at_most("index, series and one new run over the history", took_s, BAR_S, "s")
    bars.at_most("the site", growth.total_bytes / 1e6, BAR_MB, "MB")
    bars.end()


if __name__ == "__main__":
    main()
