"""What requests did to a service, by its own word: statements of a few of them, and what lasts of all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from random import Random

from runners.services.service import Evidence
from runners.verify.checks import Checks
from scenarios.exchange import Effects, Scenario

ASKED = 2
"""Entries of a ring whose statements are looked at; the first of them twice, so that a kept answer shows."""
UNCOUNTED = ("SELECT 1", "SELECT SET_CONFIG(")
"""Begins of statements that ask nothing: pings, and settings of a connection."""
VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "CALL", "WITH"})
"""Begins of statements that count; all others only frame them."""
STATEMENTS = "statements of one request, as the database notes them"
"""Probe of the finding that tells them."""
_VALUE = re.compile(r"(?<![\w$])(?:\$?\d+|'[^']*')(?!\w)")
"""A value in a statement, or the place of one."""


def check_work(
    checks: Checks, scenario: Scenario, evidence: Evidence, seed: int
) -> Iterator[tuple[str, str]]:
    """Ask a few exchanges and hold what they did to a service against the scenario; wrong is a difference.

    Gives the statements of the last answer as a finding, where there are any and they are within reach.
    """
    if not scenario.queries and not scenario.effects:
        return
    ring = scenario.ring(Random(seed))
    asked = [*ring[:ASKED], ring[0]]
    before = _number(evidence, scenario.effects.count) if scenario.effects else 0
    last: tuple[str, ...] = ()
    with evidence.watched() as noted:
        seen = 0
        for index, exchange in enumerate(asked):
            checks.check(f"work {index}", exchange)
            if noted:
                seen, last = len(noted()), noted()[seen:]
        statements = noted() if noted else ()
    if noted and not checks.differences:
        checks.differences += _wrong(statements, scenario, len(asked))
    if scenario.effects and not checks.differences:
        grown = _number(evidence, scenario.effects.count) - before
        if grown != len(asked):
            checks.differences.append(
                f"{len(asked)} right answers left {grown} {scenario.effects.noun}, wanted {len(asked)}"
            )
    if last and not checks.differences:
        yield STATEMENTS, shortened(last)


def lasting_problem(effects: Effects, evidence: Evidence, answered: int) -> str:
    """What is wrong with what is left of at least ``answered`` right answers; empty: nothing."""
    if effects.wrong and (wrong := _number(evidence, effects.wrong)) > 0:
        return f"{wrong} rows of the database are otherwise than any request leaves them"
    if (changes := _number(evidence, effects.count)) < answered:
        return f"{answered} right answers under load left {changes} {effects.noun}"
    return ""


def verbs(statements: Iterable[str]) -> Counter[str]:
    """How often each verb that counts begins one of ``statements``."""
    counted: Counter[str] = Counter()
    for statement in statements:
        upper = statement.upper()
        verb = upper.partition(" ")[0]
        if verb in VERBS and not (upper == UNCOUNTED[0] or upper.startswith(UNCOUNTED[1])):
            counted[verb] += 1
    return counted


def shortened(statements: Iterable[str]) -> str:
    """``statements`` in a line, values as ``?``; those that are repeated once, with their number."""
    shapes = (_VALUE.sub("?", text) for text in statements)
    groups = ((text, len(list(group))) for text, group in groupby(shapes))
    return "; ".join(text if number == 1 else f"{number} x {text}" for text, number in groups)


def _wrong(statements: tuple[str, ...], scenario: Scenario, answers: int) -> list[str]:
    want = {verb: number * answers for verb, number in scenario.queries}
    got = verbs(statements)
    return [
        f"{answers} answers made the database do {got[verb]} {verb}, wanted {want.get(verb, 0)}"
        for verb in sorted({*want, *got})
        if got[verb] != want.get(verb, 0)
    ]


def _number(evidence: Evidence, query: str) -> int:
    return int(str(evidence.rows(query)[0][0]))
