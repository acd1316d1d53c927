"""How was it measured, and on what: machine, setup, environments and command lines."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.page.context import Context
from report.page.model import Column, Entry, Part, Section, Table, TableRow, entry, measured, table
from report.stats.levels import level as estimate
from results.model import FrameworkEnvironment, Launch, Setup


def section(here: Context) -> Section:
    """The facts of the record, as they stand in it."""
    return Section(
        anchor="method",
        short="How it was measured",
        question="How was it measured, and on what?",
        answer=_answer(here),
        parts=(
            Part(heading="Machine and setup", anchor="machine", tables=(_machine(here), _setup(here))),
            Part(
                heading="Environments", anchor="environments", tables=(_environments(here), *_versions(here))
            ),
            Part(
                heading="Command lines",
                anchor="commands",
                tables=(_commands(here) if here.timed else _counted(here),),
            ),
        ),
    )


def _answer(here: Context) -> str:
    setup, machine = here.run.plan.setup, here.run.plan.environment.machine
    if not here.timed:
        return (
            f"Instructions counted on {machine.cpu_model}, {machine.system}: each repeat is a launch of its "
            "own, asked one request after the other on one connection, uncounted until it is warm; what "
            "idling takes is taken off. How busy the machine was does not matter."
        )
    return (
        f"{fmt.counted(_blocks(here), 'block')} on {machine.cpu_model}, {machine.system}: within a block "
        "each stack is "
        f"started afresh once, in random order, and each of its scenarios gets {setup.warmup_s:g} s of "
        "warm-up and one "
        f"window of {setup.window_s:g} s; the statistics are over blocks, not over requests."
    )


def _blocks(here: Context) -> int:
    """As planned or, where a precision ended the run, as measured."""
    setup = here.run.plan.setup
    return setup.blocks if setup.precision_percent is None else len(here.run.blocks)


def _planned(setup: Setup) -> str:
    if setup.precision_percent is None:
        return str(setup.blocks)
    return f"until every ratio is within ±{setup.precision_percent:g}%, {setup.blocks} at most"


def _machine(here: Context) -> Table:
    machine = here.run.plan.environment.machine
    unknown = "not known"
    rows = [
        ("CPU", machine.cpu_model),
        ("Logical CPUs", machine.logical_cpus),
        ("Physical cores", machine.physical_cores if machine.physical_cores is not None else unknown),
        ("Hyper-threading", {True: "on", False: "off", None: unknown}[machine.smt]),
        ("Governor", machine.governor or unknown),
        ("Memory", f"{machine.memory_bytes / 2**30:.1f} GiB"),
        ("Kernel", machine.kernel),
        ("System", machine.system),
        ("Container", machine.container or "none recognised"),
    ]
    return table("machine-table", "The machine", ("Fact", "Value"), rows)


def _setup(here: Context) -> Table:
    setup, harness = here.run.plan.setup, here.run.plan.environment.harness
    timed = [
        ("Blocks", _planned(setup)),
        ("Warm-up and window", f"{setup.warmup_s:g} s and {setup.window_s:g} s"),
        ("CPUs of the server", ", ".join(map(str, setup.server_cpus))),
        ("CPUs of the generator", ", ".join(map(str, setup.generator_cpus))),
    ]
    rows = [
        *(timed if here.timed else ()),
        ("Backlog, keep-alive, threads", f"{setup.backlog}, {setup.keep_alive_s} s, {setup.threads}"),
        ("Seed", setup.seed),
        ("Command", " ".join(("hotlap", *setup.command))),
        ("Harness", ", ".join(f"{name} {version}" for name, version in harness.items())),
    ]
    return table("setup-table", "The run", ("Setting", "Value"), rows)


def _environments(here: Context) -> Table:
    labels = (
        "Framework",
        "Version",
        "Python",
        "Build",
        "Serialiser",
        "Validator",
        "Declared differences",
        "Overrides",
    )
    return Table(
        anchor="environments-table",
        caption="One environment per framework, kept apart from the harness",
        columns=tuple(Column(label=label) for label in labels),
        rows=tuple(
            TableRow(framework=each.framework, entries=tuple(entry(text) for text in _environment(each)))
            for each in here.run.plan.environment.frameworks
        ),
        sortable=False,
    )


def _environment(each: FrameworkEnvironment) -> tuple[str, ...]:
    return (
        each.title or each.framework,
        each.versions.get(each.framework.partition("-")[0], "no package"),
        each.python,
        each.python_build,
        each.declared.get("serialiser") or "–",
        each.declared.get("validator") or "–",
        each.declared.get("notes") or "–",
        "; ".join((*each.overrides, *each.moved)) or "none",
    )


def _versions(here: Context) -> tuple[Table, ...]:
    """Every package, one table over all environments."""
    frameworks = here.run.plan.environment.frameworks
    packages = sorted({name for each in frameworks for name in each.versions})
    if not packages:
        return ()
    return (
        Table(
            anchor="versions-table",
            summary=f"Exact versions of {fmt.counted(len(packages), 'package')}",
            caption="Exact version of every package in every environment; – where it is not installed",
            columns=(Column(label="Package"), *(Column(label=each.title) for each in frameworks)),
            rows=tuple(
                TableRow(
                    entries=tuple(
                        entry(text) for text in (name, *(e.versions.get(name, "–") for e in frameworks))
                    )
                )
                for name in packages
            ),
            sortable=False,
        ),
    )


def _commands(here: Context) -> Table:
    launches: dict[str, list[Launch]] = {}
    for launch in here.run.launches:
        launches.setdefault(launch.stack, []).append(launch)
    return Table(
        anchor="commands-table",
        summary="How each server was started, and how long it took",
        caption="Command line, and time from the start of the process to its first right answer",
        columns=(
            Column(label="Stack"),
            Column(label="Command line", code=True),
            Column(label="First answer", unit="s (95% interval)", numeric=True),
            Column(label="Launches", numeric=True),
        ),
        rows=tuple(_command(stack, launches[stack]) for stack in sorted(launches)),
    )


def _counted(here: Context) -> Table:
    argv = {record.cell.stack: record.argv for record in reversed(here.run.costs)}
    rows = [(stack, " ".join(argv[stack])) for stack in sorted(argv)]
    return table("counted-commands-table", "Command line of each count", ("Stack", "Command line"), rows)


def _command(stack: str, launches: Sequence[Launch]) -> TableRow:
    level = estimate([launch.first_answer_s for launch in launches if launch.first_answer_s is not None])
    shown = (fmt.number(level.value), fmt.interval(level)) if level else ("", "")
    return TableRow(
        entries=(
            entry(stack),
            entry(" ".join(launches[0].argv) or "not started by hotlap"),
            measured(level, "not recorded", *shown),
            Entry(text=str(len(launches)), key=len(launches)),
        )
    )
