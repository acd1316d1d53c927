"""The reference stack: beside all others in every heat of a run that histories are to be made of."""

from __future__ import annotations

from dataclasses import replace

from results.model import Cell
from runners.errors import PlanError
from runners.selection.matrix import Parts, Selection, expand

FRAMEWORK, SERVER = "starlette-frozen", "uvicorn-standard"
"""Its framework, whose lock is frozen, and its server variant."""
STACK = f"{FRAMEWORK}--{SERVER}"
"""Slug of the stack, without an interpreter."""


def is_reference(cell: Cell, stack: str = STACK) -> bool:
    """Whether ``cell`` is one of ``stack``, on whichever interpreter; of none where ``stack`` is empty."""
    return bool(stack) and replace(cell, python="").stack == stack


def reference_cells(selection: Selection, parts: Parts) -> tuple[Cell, ...]:
    """Cells of the reference stack in what ``selection`` asks; none where it has none of its scenarios.

    Raises PlanError where the apps have no reference stack.
    """
    if FRAMEWORK not in parts.frameworks:
        raise PlanError(
            f"there is no {FRAMEWORK} among these apps, which --reference measures",
            remedy="leave out --reference, or --apps: hotlap's own apps have it",
        )
    own = replace(selection, frameworks=(FRAMEWORK,), servers=(SERVER,))
    try:
        return expand(own, parts).cells
    except PlanError:  # the selection itself was expanded before: it has no scenario that this stack has
        return ()
