"""``hotlap run``: a matrix measured and recorded, or gone on with, or the highest rate within a limit."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import (
    Apps,
    Arrivals,
    Blocks,
    Connections,
    Duration,
    Frameworks,
    Generators,
    Heat,
    Host,
    Join,
    Json,
    Limit,
    Listen,
    Precision,
    Protocol,
    Pythons,
    Quick,
    Rates,
    Reference,
    Results,
    Reuse,
    Scenarios,
    Servers,
    Suite,
    Url,
    Warmup,
    With,
    Workers,
)
from runners.cli.shared import (
    NOT_MEASURED,
    complain,
    find_run,
    is_default_of_file,
    refuse_others,
    run_and_close,
    selection_of,
    write_report,
)
from runners.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runners.experiments.options import RunOptions
    from runners.experiments.progress import Watcher
    from runners.selection.matrix import Selection

BESIDE_RESUME = {"resume", "apps", "results", "report", "as_json", "context", "listen"}
"""Options that go with ``--resume``: any other would make it another run."""

Seed = Annotated[int | None, typer.Option(help="Seed of order and inputs; else a new one.")]
Resume = Annotated[
    str | None, typer.Option(help="Go on with a run that was interrupted: its folder, name, or `latest`.")
]
Report = Annotated[bool, typer.Option("--report", help="Write the HTML report at the end.")]


def run(
    context: typer.Context,
    apps: Apps = None,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    reuse: Reuse = None,
    rate: Rates = None,
    arrivals: Arrivals = None,
    slo: Limit = None,
    workers: Workers = 1,
    suite: Suite = None,  # noqa: ARG001 - its callback took it
    quick: Quick = False,
    blocks: Blocks = None,
    precision: Precision = None,
    duration: Duration = None,
    warmup: Warmup = None,
    heat: Heat = None,
    seed: Seed = None,
    python: Pythons = None,
    with_: With = None,
    results: Results = Path("results"),
    generators: Generators = 1,
    join: Join = 0,
    listen: Listen = None,
    host: Host = "127.0.0.1",
    url: Url = None,
    protocol: Protocol = False,
    reference: Reference = False,
    resume: Resume = None,
    report: Report = False,
    as_json: Json = False,
) -> None:
    """Measure a matrix: environments, verification, blocks of trials, all recorded as it goes."""
    from results.model import FIRST_LOOK, PlanKind
    from runners.cli.policy import report_policy
    from runners.cli.progress import watcher
    from runners.experiments.options import RunOptions, timing
    from runners.experiments.run import new_run, resume_run
    from runners.selection import rates
    from runners.selection.spread import Spread

    selection = replace(selection_of(framework, server, scenario, connections, workers, quick), reuse=reuse)
    if is_default_of_file(context, "rate") and (slo is not None or reuse is not None):
        rate = None
    if is_default_of_file(context, "arrivals") and slo is None and not rate:
        arrivals = None
    if is_default_of_file(context, "precision") and (
        slo is not None or resume is not None or not _can_be_precise(selection, apps, blocks)
    ):
        precision = None
    if is_default_of_file(context, "blocks") and precision and (blocks or FIRST_LOOK) < FIRST_LOOK:
        blocks = None
    if is_default_of_file(context, "python") and slo is not None:
        python = (python or [])[:1]
    if slo is not None:
        _refuse_several_beside_slo(python or ())
        _refuse_beside_slo(
            rate=rate,
            resume=resume,
            report=report,
            reuse=reuse,
            precision=precision,
            protocol=protocol,
            reference=reference,
        )
    shown, offered = watcher(), rates.parse(rate or ())
    spread = Spread(generators=generators, joined=join, listen=listen, host=host, url=url)
    if resume is not None:
        _refuse_beside_resume(context)
        folder, endpoint = find_run(resume, results, {PlanKind.RUN}), spread.endpoint()
        session = resume_run(folder, watcher=shown, policy=report_policy(), apps=apps, listen=endpoint)
    else:
        options = RunOptions(
            selection=selection,
            apps=apps,
            timing=timing(
                quick=quick,
                blocks=blocks,
                warmup_s=warmup,
                window_s=duration,
                heat=heat,
                precision_percent=precision,
            ),
            seed=seed,
            pythons=tuple(python or ()),
            overrides=tuple(with_ or ()),
            command=tuple(sys.argv[1:]),
            rates=offered,
            arrivals=rates.arrivals_of(arrivals, offered=bool(offered or slo)),
            spread=spread,
            protocol=protocol,
            reference=reference,
        )
        if slo is not None:
            _sweep(options, slo, blocks, shown, as_json=as_json)
            return
        session = new_run(options, results, watcher=shown, policy=report_policy())
    cut_short = run_and_close(session.run, session.writer)
    _conclude(session.folder, cut_short, report=report, as_json=as_json)


def _can_be_precise(selection: Selection, apps: Path | None, blocks: int | None) -> bool:
    """Whether so many blocks of a selection give ratios that are looked at."""
    from results.model import FIRST_LOOK
    from runners.experiments.run_plan import has_ratios
    from runners.selection.discovery import discover
    from runners.selection.matrix import expand

    return (blocks or FIRST_LOOK) >= FIRST_LOOK and has_ratios(expand(selection, discover(apps)).cells)


def _refuse_beside_slo(**options: object) -> None:
    """A search chooses its own rates, keeps its connections and records no run."""
    refused = [name for name, value in options.items() if value]
    if refused:
        raise PlanError(
            "--slo searches rates of its own on kept connections and records no run: "
            f"it takes no --{' and no --'.join(refused)}",
            remedy="leave it out; a run at the rate that was found is `hotlap run --rate N`",
        )


def _refuse_several_beside_slo(pythons: Sequence[str]) -> None:
    if len(pythons) > 1:
        raise PlanError(
            f"--slo searches on one interpreter, not on {len(pythons)}",
            remedy="give one --python, and search once for each",
        )


def _refuse_beside_resume(context: typer.Context) -> None:
    refuse_others(
        context,
        BESIDE_RESUME,
        "--resume follows the plan of the run and takes no",
        "leave it out, or begin a new run without --resume",
    )


def _sweep(options: RunOptions, limit: str, blocks: int | None, shown: Watcher, *, as_json: bool) -> None:
    from runners.cli import sweep_tables
    from runners.experiments.slo import parse
    from runners.experiments.sweep import LAUNCHES, sweep_selection

    launches = replace(options.timing, blocks=blocks or LAUNCHES)
    result = sweep_selection(replace(options, timing=launches), parse(limit), shown)
    typer.echo(sweep_tables.as_json(result) if as_json else sweep_tables.as_text(result))
    if result.failures:
        raise typer.Exit(3)


def _conclude(folder: Path, cut_short: int, *, report: bool, as_json: bool) -> None:
    """Say what was measured and where it is, write the report if asked, and leave with the right code."""
    from report.views import terminal
    from results.store import read

    recorded = read(folder)
    page, missed = None, False
    if report and recorded.trials:
        try:
            page = write_report([recorded], folder / "report")
        except PlanError as error:
            complain(error.message, f"{error.remedy}: hotlap report {folder} --output FOLDER")
            missed = True
    show = terminal.as_json if as_json else terminal.as_text
    typer.echo(show(recorded, folder, page))
    if cut_short:
        typer.echo(f"go on with: hotlap run --resume {folder}", err=True)
        raise typer.Exit(cut_short)
    if recorded.failures or missed:
        raise typer.Exit(NOT_MEASURED)
