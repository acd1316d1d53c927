"""What frameworks and interpreters are called: titles, told apart where two have the same, and versions."""

from __future__ import annotations

from results.model import Cell, FrameworkEnvironment, Plan, Run, environment_name


def titles_of(run: Run) -> dict[str, str]:
    """Title of each framework by name, with the name behind it where two have the same title."""
    titles = {
        environment.framework: environment.title or environment.framework
        for environment in run.plan.environment.frameworks
    }
    shared = [title for title in titles.values() if list(titles.values()).count(title) > 1]
    return {name: f"{title} ({name})" if title in shared else title for name, title in titles.items()}


def is_of(environment: FrameworkEnvironment, cell: Cell) -> bool:
    """Whether ``cell`` ran in ``environment``, on whichever side."""
    return environment_name(environment.framework, environment.interpreter) == cell.environment


def python_of(plan: Plan, cell: Cell) -> str:
    """Version of the interpreter that a cell ran on; empty where the record does not tell."""
    versions = {environment.python for environment in plan.environment.frameworks if is_of(environment, cell)}
    return versions.pop() if len(versions) == 1 else ""
