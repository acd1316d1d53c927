"""Of the section on method: the environment of each framework, and the versions in it."""

from __future__ import annotations

from report import fmt
from report.page.context import Context
from report.page.model import Column, Table, TableRow, entry
from results.model import FrameworkEnvironment


def tables(context: Context) -> tuple[Table, ...]:
    """A row an environment, and a folded table of versions where any is known."""
    return _environments_table(context), *_versions_tables(context)


def _environments_table(context: Context) -> Table:
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
            TableRow(
                framework=environment.framework,
                entries=tuple(entry(text) for text in _environment_texts(environment)),
            )
            for environment in context.run.plan.environment.frameworks
        ),
        sortable=False,
    )


def _environment_texts(environment: FrameworkEnvironment) -> tuple[str, ...]:
    return (
        _title(environment),
        environment.versions.get(environment.framework.partition("-")[0], "no package"),
        environment.python,
        environment.python_build + _pace(environment),
        environment.declared.get("serialiser") or "–",
        environment.declared.get("validator") or "–",
        _declared_differences(environment) or "–",
        "; ".join((*environment.overrides, *environment.moved)) or "none",
    )


def _title(environment: FrameworkEnvironment) -> str:
    """The framework's, with the interpreter where the run has several."""
    python = f", Python {environment.interpreter}" if environment.interpreter else ""
    return (environment.title or environment.framework) + python


def _pace(environment: FrameworkEnvironment) -> str:
    """How fast its interpreter is by the yardstick, where that was measured."""
    if environment.yardstick_ms is None:
        return ""
    return f", {fmt.number(environment.yardstick_ms)} ms by the yardstick"


def _declared_differences(environment: FrameworkEnvironment) -> str:
    """What the app's file notes, and what older servers were started with otherwise."""
    notes = environment.declared.get("notes", "")
    return "; ".join(text for text in (notes, *environment.server_differences) if text)


def _versions_tables(context: Context) -> tuple[Table, ...]:
    """One table with all packages of all environments; none where no version is known."""
    environments = context.run.plan.environment.frameworks
    packages = sorted({name for environment in environments for name in environment.versions})
    if not packages:
        return ()
    return (
        Table(
            anchor="versions-table",
            summary=f"Exact versions of {fmt.counted(len(packages), 'package')}",
            caption="Exact version of every package in every environment; – where it is not installed",
            columns=(
                Column(label="Package"),
                *(Column(label=_title(environment)) for environment in environments),
            ),
            rows=tuple(
                TableRow(
                    entries=(
                        entry(name),
                        *(entry(environment.versions.get(name, "–")) for environment in environments),
                    )
                )
                for name in packages
            ),
            sortable=False,
        ),
    )
