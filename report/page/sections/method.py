"""How was it measured, and on what: machine, setup, environments and command lines."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.page.context import Context
from report.page.model import (
    Column,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    level_entry,
    table,
)
from report.page.sections.parts import environments, merged
from report.stats.levels import level as estimate
from results.model import CostRecord, Launch, LifecycleRecord, Setup


def section(context: Context) -> Section:
    """The facts of the record, as they stand in it."""
    return Section(
        anchor="method",
        short="How it was measured",
        question="How was it measured, and on what?",
        answer=_answer(context),
        parts=(
            *filter(None, (merged.part(context),)),
            SectionPart(
                heading="Machine and setup",
                anchor="machine",
                tables=(_machine_table(context), _setup_table(context)),
            ),
            SectionPart(
                heading="Environments",
                anchor="environments",
                tables=environments.tables(context),
            ),
            SectionPart(
                heading="Command lines",
                anchor="commands",
                tables=(_commands_table(context) if context.timed else _counted_commands_table(context),),
            ),
        ),
    )


def _answer(context: Context) -> str:
    setup, machine = context.run.plan.setup, context.run.plan.environment.machine
    if not context.timed and not context.costs:
        return (
            f"Each repeat of a probe made fresh launches on {machine.cpu_model}, {machine.system}; all "
            "stacks had one repeat, in random order, before the next one began."
        )
    if not context.timed:
        return (
            f"Instructions counted on {machine.cpu_model}, {machine.system}: each repeat is a launch of its "
            "own, asked one request after the other on one connection, uncounted until it is warm; what "
            "idling takes is taken off. How busy the machine was does not matter."
        )
    return (
        f"{fmt.counted(_n_blocks(context), 'block')} on {machine.cpu_model}, {machine.system}: within a "
        f"block each stack is started afresh once, in random order, and {_way(setup)}; the statistics are "
        "over blocks, not over requests."
    )


def _way(setup: Setup) -> str:
    """How a launch was measured."""
    if setup.turn_s is None or setup.leg_s is None:
        return (
            f"each of its scenarios gets {setup.warmup_s:g} s of warm-up and one window of "
            f"{setup.window_s:g} s"
        )
    return (
        f"up to {setup.heat} live at once and take turns of {1000 * setup.turn_s:g} ms, one loaded at a "
        f"time, {setup.leg_s:g} s in all for each in each scenario; what cannot take turns has whole windows"
    )


def _n_blocks(context: Context) -> int:
    """Planned blocks, or measured ones where the run was to end at a precision."""
    setup = context.run.plan.setup
    return setup.blocks if setup.precision_percent is None else len(context.run.blocks)


def _planned_blocks(setup: Setup) -> str:
    if setup.precision_percent is None:
        return str(setup.blocks)
    return f"until every ratio is within ±{setup.precision_percent:g}%, {setup.blocks} at most"


def _machine_table(context: Context) -> Table:
    machine = context.run.plan.environment.machine
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


def _setup_table(context: Context) -> Table:
    setup, harness = context.run.plan.setup, context.run.plan.environment.harness
    timed = [
        ("Blocks", _planned_blocks(setup)),
        ("Warm-up and window", f"{setup.warmup_s:g} s and {setup.window_s:g} s"),
        *_turns_rows(setup),
        ("CPUs of the server", ", ".join(map(str, setup.server_cpus))),
        ("CPUs of the generator", ", ".join(map(str, setup.generator_cpus))),
        ("Between answers the generator", "polls without sleeping" if setup.generator_awake else "sleeps"),
    ]
    rows = [
        *(timed if context.timed else ()),
        ("Backlog, keep-alive, threads", f"{setup.backlog}, {setup.keep_alive_s} s, {setup.threads}"),
        ("Seed", setup.seed),
        ("Command", " ".join(("hotlap", *setup.command))),
        ("Harness", ", ".join(f"{name} {version}" for name, version in harness.items())),
    ]
    return table("setup-table", "The run", ("Setting", "Value"), rows)


def _turns_rows(setup: Setup) -> list[tuple[str, str]]:
    """Settings of a relay; none where nothing took turns."""
    if setup.turn_s is None or setup.leg_s is None:
        return []
    rows = [
        ("Turns", f"{1000 * setup.turn_s:g} ms each, {setup.leg_s:g} s in all a launch and scenario"),
        ("Stacks in a heat", f"{setup.heat} at most"),
    ]
    if setup.open_window_s is not None:
        rows.append(("Windows of open load", f"{setup.open_window_s:g} s"))
    return rows


def _commands_table(context: Context) -> Table:
    launches: dict[str, list[Launch]] = {}
    for launch in context.run.launches:
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
        rows=tuple(_command_row(stack, launches[stack]) for stack in sorted(launches)),
    )


def _counted_commands_table(context: Context) -> Table:
    records: tuple[CostRecord | LifecycleRecord, ...] = (*context.run.costs, *context.run.lifecycles)
    argv = {record.cell.stack: record.argv for record in reversed(records)}
    rows = [(stack, " ".join(argv[stack])) for stack in sorted(argv)]
    caption = "Command line of each count" if context.run.costs else "Command line of each stack"
    return table("counted-commands-table", caption, ("Stack", "Command line"), rows)


def _command_row(stack: str, launches: Sequence[Launch]) -> TableRow:
    level = estimate([s for launch in launches if (s := launch.first_answer_s or 0.0) > 0])
    return TableRow(
        entries=(
            entry(stack),
            entry(" ".join(launches[0].argv) or "not started by hotlap"),
            level_entry(level, "not recorded"),
            TableEntry(text=str(len(launches)), key=len(launches)),
        )
    )
