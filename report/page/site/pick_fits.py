"""A fit as the script of any two stacks reads it: levels, covariances, degrees of freedom and t."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from report.analysis.together import Together
from report.stats.levels import CONFIDENCE, student
from report.stats.stack_fit import UNEQUAL_P, Contrast, StackFit

DIGITS = 7
"""Significant digits of a number."""
ERROR_DIGITS = 5
"""Of what intervals are made from: of 100 stacks they are most of the page."""


def describe_fit(together: Together, places: Mapping[str, int]) -> dict[str, object]:
    """Levels on log scale, covariances, freedom by component, and t by freedom.

    Stacks stand in the order of their components. A row of covariances holds those with the stacks before it
    in its component, and itself: the lower triangle of each component.

    ``own`` has standard error and freedom of the pairs that are judged by their own differences, as where
    stacks do not vary alike; None where no pair is.
    """
    fit = together.fit
    kept = sorted(
        (number for number, slug in enumerate(fit.stacks) if slug in places),
        key=lambda number: (fit.component[number], number),
    )
    freedom = {name: fit.freedom[name] for name in sorted({fit.component[number] for number in kept})}
    own = _own_contrasts(fit, kept)
    freedoms = {*freedom.values(), *(contrast.freedom for row in own for contrast in row)}
    return {
        "stacks": [places[fit.stacks[number]] for number in kept],
        "component": [fit.component[number] for number in kept],
        "level": [_number(fit.levels[number]) for number in kept],
        "blocks": [together.blocks[fit.stacks[number]] for number in kept],
        "covariance": _covariance(fit, kept),
        "freedom": freedom,
        "t": {number: _number(student(CONFIDENCE, number)) for number in sorted(freedoms) if number >= 1},
        "own": {
            "error": [[_number(pair.error, ERROR_DIGITS) for pair in row] for row in own],
            "freedom": [[pair.freedom for pair in row] for row in own],
        }
        if own
        else None,
    }


def _vary_alike(fit: StackFit, number: int) -> bool:
    """Whether stacks where this one is have one error."""
    return fit.unequal_p[fit.component[number]] >= UNEQUAL_P


def _before(fit: StackFit, kept: Sequence[int], place: int) -> list[int]:
    """Stacks before that at ``place`` that are of its component."""
    return [other for other in kept[:place] if fit.component[other] == fit.component[kept[place]]]


def _covariance(fit: StackFit, kept: Sequence[int]) -> list[list[float | None]]:
    """A row a stack; empty where pairs are judged by their own differences."""
    return [
        [
            _number(fit.covariance[number, other], ERROR_DIGITS)
            for other in (*_before(fit, kept, place), number)
            if _vary_alike(fit, number)
        ]
        for place, number in enumerate(kept)
    ]


def _own_contrasts(fit: StackFit, kept: Sequence[int]) -> list[list[Contrast]]:
    """A row a stack, with those before it; empty where all pairs have the error of their component."""
    if all(_vary_alike(fit, number) for number in kept):
        return []
    return [
        [
            fit.difference(fit.stacks[number], fit.stacks[other])
            for other in _before(fit, kept, place)
            if not _vary_alike(fit, number)
        ]
        for place, number in enumerate(kept)
    ]


def _number(value: float, digits: int = DIGITS) -> float | None:
    """``value`` as short as its use allows; None where it is not known."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None
