"""What requests did to a service, by its own word: statements of a few of them, and what lasts of all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from random import Random

from runners.services.service import Evidence
from runners.verify.checks import Checks
from scenarios.exchange import Changing, Effects, Scenario

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
_ISOLATION = re.compile(r"ISOLATION(?:_LEVEL| LEVEL)?[\s=']*(?:TO\b[\s']*)?(SERIALIZABLE|REPEATABLE READ)")
"""A statement that asks for another isolation than PostgreSQL's own, READ COMMITTED."""


def check_work(
    checks: Checks, scenario: Scenario, evidence: Evidence, seed: int, *, pool: int | None = None
) -> Iterator[tuple[str, str]]:
    """Ask a few exchanges and hold what they did to a service against the scenario; wrong is a difference.

    ``pool`` is the most connections that the app declares to hold: it is asked more often than that, one
    request after the other, so that who opens one for each has too many. None: it declares nothing.
    Gives the statements of the last answer as a finding, where there are any and they are within reach.
    """
    if not scenario.queries and not scenario.effects:
        return
    ring, pool = scenario.ring(Random(seed)), pool if scenario.queries else None
    asked = [*ring[:ASKED], *ring[:1] * (pool or 1)]
    before = _number(evidence, scenario.effects.count) if scenario.effects else 0
    last: tuple[str, ...] = ()
    with evidence.watched() as noted:
        seen = 0
        for index, exchange in enumerate(asked):
            checks.check(f"work {index}", exchange)
            if noted:
                seen, last = len(noted()), noted()[seen:]
        statements, sessions = (noted(), noted.sessions()) if noted else ((), 0)
    if noted and not checks.differences:
        checks.differences += _wrong(statements, scenario, len(asked))
        checks.differences += _wrong_connections(statements, sessions, pool)
    if scenario.effects and not checks.differences:
        grown = _number(evidence, scenario.effects.count) - before
        if grown != len(asked):
            checks.differences.append(
                f"{len(asked)} right answers left {grown} {scenario.effects.noun}, wanted {len(asked)}"
            )
    if scenario.changing and not checks.differences:
        _check_changing(checks, scenario.changing, evidence)
    if last and not checks.differences:
        yield STATEMENTS, shortened(last)


def _check_changing(checks: Checks, changing: Changing, evidence: Evidence) -> None:
    """Change a row behind the app's back and ask for it before and afterwards: a kept one is a difference."""
    for exchange, statement in (
        (changing.before, changing.change),
        (changing.afterwards, changing.undo),
        (changing.before, ""),
    ):
        answer = checks.ask(exchange)
        if answer is not None:
            checks.is_right(exchange, answer)
        if statement:
            evidence.rows(statement)


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


def _wrong_connections(statements: Iterable[str], sessions: int, pool: int | None) -> Iterator[str]:
    """What is wrong with the connections of statements: too many, or at another isolation."""
    if pool is not None and sessions > pool:
        yield (
            f"requests that came one after the other used {sessions} connections of the database, "
            f"and the pool holds {pool}"
        )
    for statement in statements:
        if _ISOLATION.search(statement.upper()):
            yield f"another isolation than READ COMMITTED is asked for: {statement[:80]}"
            return


def _number(evidence: Evidence, query: str) -> int:
    return int(str(evidence.rows(query)[0][0]))
