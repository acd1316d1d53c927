"""Which errors under load make of a trial no measurement, but a failure of its cell."""

from __future__ import annotations

from results.model import ErrorKind, Load, Trial

WRONG = (ErrorKind.WRONG_ANSWER, ErrorKind.PROTOCOL)
"""Errors of a server that answers: not one is to be had for speed."""
MISSING_SHARE = 0.001
"""Of the answers to a closed load, which never asks for more than is answered: so many may be missing."""
MISSING_LEAST = 3
"""Fewer say nothing of a server: a connection may break."""


def wrong_under_load(trial: Trial) -> str:
    """What was wrong with the answers of ``trial``, in words; empty where it is a measurement.

    A refusal for overload, or an answer that is missing, is a failure under closed load alone: an open one
    may offer more than can be served, and that is what it shows.
    """
    wrong = sum(trial.errors.get(kind, 0) for kind in WRONG)
    missing = sum(trial.errors.values()) - wrong
    asked = trial.requests + wrong + missing
    many = missing >= MISSING_LEAST and missing > MISSING_SHARE * asked
    if not wrong and not (many and trial.cell.load == Load.CLOSED):
        return ""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(trial.errors.items()))
    first = f"; the first: {trial.error_example}" if trial.error_example else ""
    return f"{wrong + missing:,} of {asked:,} answers were not right under load ({kinds}){first}"
