"""Moves between stacks in words: what they save at most, and what is given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report import fmt
from report.analysis.answers.cards import Kind
from report.analysis.answers.moves import Move, Saving
from report.analysis.answers.told_numbers import Number
from report.stats.levels import Level
from report.views.answers.sentence import asked, interval, signed, stack, write

Titles = Mapping[str, str]
OTHERWISE_AT_MOST = 3
"""Odd inputs that are told one by one; the findings have all."""
NO_FLOOR = (
    "Which share of a request is the framework's cannot be said: no bare interface was asked the same on "
    "this server."
)
SCOPE = (
    "What is saved is time of the server's CPUs for one request, at the rate that they can just serve. What "
    "your own handler computes, and what it waits for, stays as it is: a move saves that much at most. Own "
    "share is what the framework and its app take of a request, by the bare interface on the same server: no "
    "other framework there saves more than that. Microseconds (us) are of this machine. A negative saving is "
    "what a move costs."
)


def answer(shares: Sequence[Number], titles: Titles) -> str:
    """The section's sentence: the largest share that is a framework's own."""
    if not shares:
        return (
            "How much of a request is the framework's cannot be said: no bare interface was measured beside "
            "one. The ratios of any two stacks stand below."
        )
    most = max(shares, key=lambda share: share.value.value)
    return (
        f"{_share(most)} of a request of {stack(most.cell, titles)} {asked(most.cell.scenario)} is the "
        "framework's and its app's own, the largest share here: no other framework on that server saves more."
    )


def unasked(kinds: Sequence[Kind]) -> str:
    """Which kinds of work nothing is said of, with what measures them; empty where there are none."""
    if not kinds:
        return ""
    named = fmt.listed(f"{kind.title} ({kind.command})" for kind in kinds)
    return f" Nothing can be said here of these kinds of work: {named}."


def own_shares(shares: Sequence[Number], counted: Sequence[Number]) -> str:
    """What share of a request is a stack's own, by time and by instructions, scenario by scenario."""
    said = [
        f"Of {whole}, {_listed(own)} is the framework's and its app's: no other framework here saves more."
        for whole, own in (("a request", shares), ("its instructions", counted))
        if own
    ]
    return " ".join(said) or NO_FLOOR


def _listed(shares: Sequence[Number]) -> str:
    return fmt.listed(f"{_share(share)} {asked(share.cell.scenario)}" for share in shares)


def _share(share: Number) -> str:
    return f"{write(share).text} ({interval(share)})"


def summary(move: Move, titles: Titles) -> str:
    """The line behind which a move is folded."""
    saving = move.savings[0]
    return f"To {stack(move.target, titles)}: {_outcome(saving)} {asked(saving.workload.scenario)}"


def _outcome(saving: Saving) -> str:
    saved = saving.saved
    if saved is None:
        return (
            f"{write(saving.ratio).text} ({interval(saving.ratio)}) as many requests, waiting sets the pace,"
        )
    if saved.holds(0):
        return f"no difference could be told, {signed(saved, '%')},"
    if saved.value > 0:
        return f"saves at most {signed(saved, '%')}"
    return f"takes {signed(_negative(saved), '%')} more"


def _negative(level: Level) -> Level:
    low, high = (None if end is None else -end for end in (level.high, level.low))
    return Level(value=-level.value, low=low, high=high, n=level.n)


def given_up(move: Move) -> str:
    """What the target lacks."""
    return "; ".join(move.lost) if move.lost else "nothing that this run looked at"


def gained(move: Move) -> str:
    """What the source lacks."""
    return fmt.listed(move.won) if move.won else "nothing that this run looked at"


def otherwise(move: Move) -> str:
    """What both were sent and answer differently: the first, and how many more; empty where nothing."""
    shown = [
        f"{before.scenario}, {before.probe}: “{before.answer}” becomes “{after.answer}”"
        for before, after in move.otherwise[:OTHERWISE_AT_MOST]
    ]
    more = len(move.otherwise) - len(shown)
    return "; ".join([*shown, *([f"{more} more among the findings"] if more > 0 else [])])
