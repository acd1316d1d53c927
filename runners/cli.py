"""The command line, and the composition root: the only module that sees both ``runners`` and ``report``.

Everything heavy is imported inside the command that needs it, so that ``hotlap --help`` answers at once.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from runners.errors import HotlapError, PlanError, StoreError
from runners.options import (
    Arrivals,
    Connections,
    Frameworks,
    Generators,
    Host,
    Join,
    Json,
    Limit,
    Listen,
    Python,
    Quick,
    Rates,
    Results,
    Reuse,
    Scenarios,
    Servers,
    Url,
    With,
    Workers,
)

if TYPE_CHECKING:
    from results.model import Run
    from runners.job import Sitting
    from runners.matrix import Selection
    from runners.prepare import Wish
    from runners.progress import Watcher

app = typer.Typer(
    name="hotlap",
    help="A fair track for Python web stacks: which framework, on which server, by how much, can we tell?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def root(context: typer.Context) -> None:
    """Take the defaults of every option from ``[tool.hotlap]`` of ./pyproject.toml."""
    from runners.settings import defaults

    found = defaults(Path.cwd())
    context.default_map = dict.fromkeys(("list", "verify", "run", "report", "serve"), found)


@app.command("list", epilog="Example: hotlap list --framework fastapi --json")
def list_(
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    workers: Workers = 1,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Show frameworks, servers, scenarios, and the cells that a selection gives."""
    from runners import listing
    from runners.matrix import expand
    from runners.prepare import discover

    parts = discover()
    matrix = expand(_selection(framework, server, scenario, connections, workers, quick), parts)
    typer.echo(listing.as_json(matrix, parts) if as_json else listing.as_text(matrix, parts))


@app.command(epilog="Example: hotlap verify --framework flask")
def verify(
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    workers: Workers = 1,
    quick: Quick = False,
    python: Python = None,
    with_: With = None,
    as_json: Json = False,
) -> None:
    """Hold every stack against the contract, without load; exit 3 where one answers otherwise."""
    from runners import listing
    from runners.job import check
    from runners.prepare import QUICK, Wish
    from runners.progress import watcher

    selection = _selection(framework, server, scenario, None, workers, quick)
    wish = Wish(selection=selection, timing=QUICK, python=python, overrides=tuple(with_ or ()))
    found = check(wish, watcher())
    typer.echo(listing.inspection_json(found) if as_json else listing.inspection_text(found))
    if found.failures:
        raise typer.Exit(3)


@app.command(epilog="Example: hotlap run --quick --framework fastapi --framework litestar --report")
def run(
    context: typer.Context,
    framework: Frameworks = None,
    server: Servers = None,
    scenario: Scenarios = None,
    connections: Connections = None,
    reuse: Reuse = None,
    rate: Rates = None,
    arrivals: Arrivals = None,
    slo: Limit = None,
    workers: Workers = 1,
    quick: Quick = False,
    blocks: Annotated[int | None, typer.Option(min=1, help="Blocks; 8 unless given.")] = None,
    duration: Annotated[float | None, typer.Option(min=0.05, help="Window of a trial, seconds.")] = None,
    warmup: Annotated[float | None, typer.Option(min=0.05, help="Warm-up of a trial, seconds.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of order and inputs; else a new one.")] = None,
    python: Python = None,
    with_: With = None,
    results: Results = Path("results"),
    generators: Generators = 1,
    join: Join = 0,
    listen: Listen = None,
    host: Host = "127.0.0.1",
    url: Url = None,
    resume: Annotated[
        str | None, typer.Option(help="Go on with a run that was interrupted: its folder, name, or `latest`.")
    ] = None,
    report: Annotated[bool, typer.Option("--report", help="Write the HTML report at the end.")] = False,
    as_json: Json = False,
) -> None:
    """Measure a matrix: environments, verification, blocks of trials, all recorded as it goes."""
    from report.flags import foreign
    from runners import job, rates
    from runners.elsewhere import Spread
    from runners.prepare import Wish, timing
    from runners.progress import watcher
    from runners.signals import ending_as_interrupt

    if slo is not None:
        _refuse_beside_slo(rate=rate, resume=resume, report=report, reuse=reuse)
    seen, wanted = watcher(), rates.parse(rate or ())
    spread = Spread(generators=generators, joined=join, listen=listen, host=host, url=url)
    with ending_as_interrupt():
        if resume is not None:
            _refuse_changes(context)
            sitting = job.resumed(
                _find_run(resume, results), watcher=seen, disturbed=foreign, listen=spread.endpoint()
            )
        else:
            wish = Wish(
                selection=replace(
                    _selection(framework, server, scenario, connections, workers, quick), reuse=reuse
                ),
                timing=timing(quick=quick, blocks=blocks, warmup_s=warmup, window_s=duration),
                seed=seed,
                python=python,
                overrides=tuple(with_ or ()),
                command=tuple(sys.argv[1:]),
                rates=wanted,
                arrivals=rates.arrivals_of(arrivals, offered=bool(wanted or slo)),
                spread=spread,
            )
            if slo is not None:
                _sweep(wish, slo, blocks, seen, as_json=as_json)
                return
            sitting = job.new(wish, results, watcher=seen, disturbed=foreign)
        interrupted = _sit(sitting)
    _conclude(sitting.folder, interrupted=interrupted, report=report, as_json=as_json)


@app.command("report", epilog="Example: hotlap report latest --output site")
def report_(
    runs: Annotated[list[str], typer.Argument(help="Runs: folder, name, or `latest`.")],
    output: Annotated[Path | None, typer.Option(help="Folder of the site; else beside the run.")] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Write the static site of recorded runs and print where it is."""
    from results.store import read

    folders = [_find_run(name, results) for name in runs]
    recorded = [read(folder) for folder in folders]
    page = _write_report(recorded, output or folders[0] / "report")
    typer.echo(json.dumps({"report": str(page)}) if as_json else str(page))
    problems = [f"{run.plan.name}: {problem}" for run in recorded for problem in run.problems]
    for problem in problems:
        typer.echo(f"hotlap: {problem}", err=True)
    if problems:
        raise typer.Exit(3)


@app.command(epilog="Example: hotlap serve --framework fastapi --server granian-asgi --port 8000")
def serve(
    framework: Annotated[str, typer.Option("--framework", "-f", help="Framework to serve.")],
    server: Annotated[str, typer.Option("--server", "-s", help="Server variant to serve it with.")],
    scenario: Scenarios = None,
    workers: Workers = 1,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    host: Host = "127.0.0.1",
    python: Python = None,
    with_: With = None,
) -> None:
    """Start one stack and keep it until Ctrl-C, for load from elsewhere or a look by hand."""
    from runners import job
    from runners.elsewhere import Spread
    from runners.prepare import QUICK, Wish
    from runners.progress import watcher
    from runners.signals import ending_as_interrupt

    selection = _selection([framework], [server], scenario, None, workers, False)
    wish = Wish(
        selection=selection,
        timing=QUICK,
        python=python,
        overrides=tuple(with_ or ()),
        spread=Spread(host=host),
    )
    with ending_as_interrupt():
        job.serve(wish, port, watcher())


@app.command("calibrate", epilog="Example: hotlap calibrate --quick --connections 8")
def calibrate_(
    quick: Annotated[
        bool, typer.Option("--quick", help="One shape at one number of connections, beside every client.")
    ] = False,
    shape: Annotated[str, typer.Option(help="With --quick: shape of request and answer.")] = "plaintext",
    connections: Annotated[
        int, typer.Option("--connections", "-n", min=1, help="With --quick: connections.")
    ] = 64,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; ratios are taken within each.")] = 3,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each client is measured.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Show what the load generator can do here, beside wrk, h2load and Locust's own users; needs nginx.

    The full form takes about seven minutes; its ceilings are kept, and judge later runs on this machine.
    """
    from runners.calibration import calibrate, saved, tables
    from runners.signals import ending_as_interrupt

    def echo(text: str) -> None:
        typer.echo(text, err=True)

    with ending_as_interrupt():
        if quick:
            found = calibrate.quick(
                shape=shape, connections=connections, rounds=rounds, seconds=seconds, echo=echo
            )
        else:
            found = calibrate.full(rounds=rounds, seconds=seconds, echo=echo)
            saved.save(found.ceilings, tables.as_data(found))
    typer.echo(tables.as_json(found) if as_json else tables.as_text(found))


@app.command(epilog="Example: hotlap worker --master 192.0.2.1:5557")
def worker(
    master: Annotated[str, typer.Option(metavar="HOST:PORT", help="What `hotlap run --join` listens on.")],
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for it to be there.")] = 120.0,
    cpu: Annotated[int | None, typer.Option(min=0, help="The CPU to run on; else the first.")] = None,
) -> None:
    """Join a run on another machine as one of its load generators, until it ends."""
    from runners.elsewhere import become_worker

    become_worker(master, wait, cpu)


@app.command(epilog="Example: hotlap lock --upgrade")
def lock(
    framework: Frameworks = None,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Take the newest versions allowed.")] = False,
) -> None:
    """Refresh the locks of the frameworks in apps/locks/."""
    from runners.environments.lock import lock as write
    from runners.matrix import choose
    from runners.prepare import discover

    known = discover().frameworks
    chosen = choose(framework or ("*",), known, "framework")
    write([known[name] for name in chosen], upgrade=upgrade, echo=lambda text: typer.echo(text, err=True))


def _selection(
    framework: list[str] | None,
    server: list[str] | None,
    scenario: list[str] | None,
    connections: list[int] | None,
    workers: int,
    quick: bool,
) -> Selection:
    from runners.matrix import Selection

    return Selection(
        frameworks=tuple(framework or ()),
        servers=tuple(server or ()),
        scenarios=tuple(scenario or ()),
        connections=tuple(connections or ()),
        workers=workers,
        quick=quick,
    )


def _refuse_changes(context: typer.Context) -> None:
    """A run that goes on follows its line 1: any other option of its own would make it another run."""
    harmless = {"resume", "results", "report", "as_json", "context", "listen"}
    given = [
        "--" + name.strip("_").replace("_", "-")
        for name in context.params
        if name not in harmless and getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]
    if given:
        raise PlanError(
            f"--resume follows the plan of the run and takes no {', '.join(given)}",
            remedy="leave it out, or begin a new run without --resume",
        )


def _refuse_beside_slo(**options: object) -> None:
    """A search chooses its own rates, keeps its connections and records no run."""
    given = [name for name, value in options.items() if value]
    if given:
        raise PlanError(
            "--slo searches rates of its own on kept connections and records no run: "
            f"it takes no --{' and no --'.join(given)}",
            remedy="leave it out; a run at the rate that was found is `hotlap run --rate N`",
        )


def _sweep(wish: Wish, limit: str, blocks: int | None, seen: Watcher, *, as_json: bool) -> None:
    from runners import job, sweep

    launches = replace(wish.timing, blocks=blocks or sweep.LAUNCHES)
    found = job.sweep(replace(wish, timing=launches), sweep.parse(limit), seen)
    typer.echo(sweep.as_json(found) if as_json else sweep.as_text(found))
    if found.failures:
        raise typer.Exit(3)


def _find_run(name: str, results: Path) -> Path:
    """Folder of a run by folder, file, name in ``results`` or ``latest``; raises PlanError."""
    known = sorted(path.parent for path in results.glob("*/run.jsonl"))
    if name == "latest" and known:
        return known[-1]
    for path in (Path(name), Path(name).parent, results / name):
        if (path / "run.jsonl").is_file() and (path != Path(name).parent or Path(name).name == "run.jsonl"):
            return path
    there = ", ".join(path.name for path in known[-5:]) or "none"
    raise PlanError(
        f"no run {name!r}; in {results}: {there}", remedy="name a run's folder, or --results where it is"
    )


def _sit(sitting: Sitting) -> bool:
    """Whether the sitting was interrupted; everything measured until then is kept."""
    try:
        sitting.run()
    except KeyboardInterrupt:
        return True
    finally:
        sitting.writer.close()
    return False


def _conclude(folder: Path, *, interrupted: bool, report: bool, as_json: bool) -> None:
    """Say what was measured and where it is, write the report if asked, and leave with the right code."""
    from report import terminal
    from results.store import read

    recorded = read(folder)
    page = _write_report([recorded], folder / "report") if report and recorded.trials else None
    typer.echo(
        terminal.as_json(recorded, folder, page) if as_json else terminal.as_text(recorded, folder, page)
    )
    if interrupted:
        typer.echo(f"interrupted; go on with: hotlap run --resume {folder}", err=True)
        raise typer.Exit(130)
    if recorded.failures:
        raise typer.Exit(3)


def _write_report(runs: list[Run], output: Path) -> Path:
    import gc

    from report.page import build

    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # charts make many small objects; collecting as usual costs a sixth
    return build(runs, output)


def main() -> NoReturn:
    """Entry point of ``hotlap``: errors of ours as a message, a remedy and an exit code, no traceback."""
    from results.store import RecordError

    try:
        app()
    except HotlapError as error:
        _complain(error.message, error.remedy, error.log_tail)
        raise SystemExit(error.exit_code) from None
    except RecordError as error:
        _complain(error.message, error.remedy, "")
        raise SystemExit(StoreError.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(0)


def _complain(message: str, remedy: str, log_tail: str) -> None:
    typer.echo(f"hotlap: {message}", err=True)
    if remedy:
        typer.echo(f"  try: {remedy}", err=True)
    for line in log_tail.splitlines():
        typer.echo(f"  | {line}", err=True)
