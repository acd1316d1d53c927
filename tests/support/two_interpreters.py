"""Made runs on two interpreters."""

from __future__ import annotations

from dataclasses import replace

from results.model import Cell, Run


def on(run: Run, python: str, heat: int) -> Run:
    """``run`` on an interpreter of that name, in heats of its own."""

    def named(cell: Cell) -> Cell:
        return replace(cell, python=python)

    environments = tuple(
        replace(environment, interpreter=python, python=f"{python}.1")
        for environment in run.plan.environment.frameworks
    )
    return replace(
        run,
        plan=replace(
            run.plan,
            cells=tuple(map(named, run.plan.cells)),
            environment=replace(run.plan.environment, frameworks=environments),
        ),
        trials=tuple(replace(trial, cell=named(trial.cell), heat=heat) for trial in run.trials),
    )


def joined(run: Run, other: Run) -> Run:
    """Both as one run."""
    environment = run.plan.environment
    frameworks = environment.frameworks + other.plan.environment.frameworks
    return replace(
        run,
        plan=replace(
            run.plan,
            cells=run.plan.cells + other.plan.cells,
            environment=replace(environment, frameworks=frameworks),
        ),
        trials=run.trials + other.trials,
    )
