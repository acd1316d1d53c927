"""Of the page of a stack: its command lines, what it talked to, its environment, and the app itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.page.context import Context
from report.page.model import (
    Column,
    LogExcerpt,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    level_entry,
    table,
)
from report.page.site.layout import AppSource, Stack
from report.stats.levels import level as estimate
from results.model import CostRecord, FrameworkEnvironment, Launch, LifecycleRecord


def section(context: Context, stack: Stack) -> Section | None:
    """A command line a target; None where nothing was launched."""
    launches: dict[str, list[Launch]] = {}
    for launch in context.run.launches:
        if launch.stack == stack.slug:
            launches.setdefault(launch.target, []).append(launch)
    commands = {target: own[0].argv for target, own in launches.items()} or _counted(context, stack)
    if not commands:
        return None
    return Section(
        anchor="started",
        short="How it was started",
        question="How was it started?",
        parts=(
            SectionPart(
                tables=(*_launch_tables(launches), *_services(launches)),
                logs=tuple(
                    LogExcerpt(
                        summary=f"Command of {target or stack.slug}, an option a line", text=by_option(argv)
                    )
                    for target, argv in commands.items()
                ),
            ),
        ),
    )


def _counted(context: Context, stack: Stack) -> dict[str, tuple[str, ...]]:
    """Command line by target of what was only counted, or looked at."""
    records: list[CostRecord | LifecycleRecord] = []
    for run in context.runs:
        records += (*run.costs, *run.lifecycles)
    return {record.target: record.argv for record in reversed(records) if record.cell.stack == stack.slug}


def _launch_tables(launches: dict[str, list[Launch]]) -> Iterator[Table]:
    if launches:
        yield Table(
            anchor="commands-table",
            caption="Command line, and time from the start of the process to its first right answer",
            columns=(
                Column(label="Served", code=True),
                Column(label="Command line", code=True),
                Column(label="First answer", unit="s (95% interval)", numeric=True),
                Column(label="Launches", numeric=True),
            ),
            rows=tuple(_launch_row(target, own) for target, own in launches.items()),
        )


def _launch_row(target: str, launches: Sequence[Launch]) -> TableRow:
    level = estimate([s for launch in launches if (s := launch.first_answer_s or 0.0) > 0])
    return TableRow(
        entries=(
            entry(target or "not known"),
            entry(" ".join(launches[0].argv) or "not started by hotlap"),
            level_entry(level, "not recorded"),
            TableEntry(text=f"{len(launches):,}", key=len(launches)),
        )
    )


def _services(launches: dict[str, list[Launch]]) -> Iterator[Table]:
    facts = {facts.name: facts for own in launches.values() for launch in own for facts in launch.services}
    rows = [
        (
            name,
            service.title,
            service.storage or "not known",
            ", ".join(f"{key} = {value}" for key, value in service.settings.items()) or "as shipped",
        )
        for name, service in facts.items()
    ]
    if rows:
        columns = ("Service", "What it is", "Its files on", "Settings")
        yield table("services-table", "What it talked to while it was measured", columns, rows)


def by_option(argv: Sequence[str]) -> str:
    """A command line with a line for each option: an option with what follows it."""
    lines: list[str] = []
    for word in argv:
        if lines and not word.startswith("-"):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n    ".join(lines)


def versions(context: Context, stack: Stack) -> Section | None:
    """Its environment; None where the record has none of it."""
    environment = _environment(context, stack)
    if environment is None:
        return None
    return Section(
        anchor="versions",
        short="What was installed",
        question="What was installed?",
        parts=(SectionPart(tables=(_environment_table(environment), *_packages(environment))),),
    )


def _environment(context: Context, stack: Stack) -> FrameworkEnvironment | None:
    known = (
        environment
        for run in context.runs
        for environment in run.plan.environment.frameworks
        if (environment.framework, environment.interpreter) == (stack.cell.framework, stack.cell.python)
    )
    return next(known, None)


def _environment_table(environment: FrameworkEnvironment) -> Table:
    rows = [
        ("Python", f"{environment.python} ({environment.python_build})"),
        ("Key of the environment", environment.key),
        *((name.capitalize(), text) for name, text in environment.declared.items() if text),
        ("Overrides", "; ".join((*environment.overrides, *environment.moved)) or "none"),
        *(("Started otherwise", text) for text in environment.server_differences),
    ]
    return table("environment-table", "Its environment", ("Fact", "Value"), rows)


def _packages(environment: FrameworkEnvironment) -> Iterator[Table]:
    if environment.versions:
        yield Table(
            anchor="packages-table",
            summary=f"Exact versions of {fmt.counted(len(environment.versions), 'package')}",
            caption="Exact version of every package",
            columns=(Column(label="Package"), Column(label="Version")),
            rows=tuple(
                TableRow(entries=(entry(name), entry(version)))
                for name, version in sorted(environment.versions.items())
            ),
        )


def source(stack: Stack, app: AppSource) -> Section:
    """The app's files as they are in the hotlap that made the page, and what they were written after."""
    documentation = (
        Table(
            anchor="documentation-table",
            caption="What the app is written after",
            columns=(Column(label="Documentation"),),
            rows=(TableRow(entries=(TableEntry(text=app.documentation, link=app.documentation),)),),
            sortable=False,
        ),
    )
    return Section(
        anchor="source",
        short="Its app",
        question="What is the app?",
        answer=f"The files of {stack.cell.framework} as they are in the hotlap that made this page; the key "
        "of the environment in the record is a digest over those that were measured.",
        parts=(
            SectionPart(
                tables=documentation if app.documentation.startswith("https://") else (),
                logs=tuple(LogExcerpt(summary=name, text=text) for name, text in app.files.items()),
            ),
        ),
    )
