"""The table of mutants: all of them, by the order of their kinds."""

from __future__ import annotations

from tests.mutation import (
    answers,
    cheating,
    database,
    files,
    hooks,
    inputs,
    made_once,
    orm,
    sending,
    targets,
    tasks_and_compression,
)
from tests.mutation.mutant import Kind, Mutant

FRAMEWORKS = ("starlette", "flask")
"""Whose apps are broken: one speaks ASGI, the other WSGI."""
_ALL = (
    made_once,
    answers,
    inputs,
    sending,
    targets,
    files,
    tasks_and_compression,
    database,
    orm,
    hooks,
    cheating,
)
MUTANTS: tuple[Mutant, ...] = tuple(
    mutant for kind in Kind for module in _ALL for mutant in module.MUTANTS if mutant.kind == kind
)


def mutants_of(framework: str) -> list[Mutant]:
    """Mutants of its app."""
    return [mutant for mutant in MUTANTS if mutant.broken(framework)]
