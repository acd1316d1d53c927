"""What requests did to a service, by its own word: statements of a few of them, and what lasts of all."""

from __future__ import annotations

import math
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
SPREADS = 4
"""So many standard deviations of a Poisson number are never reached by chance."""
UNCOUNTED = ("SELECT 1", "SELECT SET_CONFIG(")
"""Begins of statements that ask nothing: pings, and settings of a connection."""
VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "CALL", "WITH"})
"""Begins of statements that count; all others only frame them."""
FRAMES = {"BEGIN": "BEGIN", "START": "BEGIN", "COMMIT": "COMMIT", "END": "COMMIT", "ROLLBACK": "ROLLBACK"}
"""Begins of statements that frame a transaction, and what each means."""
_ONE_TRANSACTION = re.compile(r"(?:[A-Z]+ )*BEGIN(?: work)+ COMMIT(?: [A-Z]+)*")
STATEMENTS = "statements of one request, as the database notes them"
"""Probe of the finding that tells them."""
_VALUE = re.compile(r"(?<![\w$])(?:\$?\d+|'[^']*')(?!\w)")
"""A value in a statement, or the place of one."""
_LIST = re.compile(r"(\?(?:::\w+)?)(?:, \?(?:::\w+)?){3,}")
"""Many values in a row, which differ in nothing but their number."""
_ISOLATION = re.compile(r"ISOLATION(?:_LEVEL| LEVEL)?[\s=']*(?:TO\b[\s']*)?(SERIALIZABLE|REPEATABLE READ)")
"""A statement that asks for another isolation than PostgreSQL's own, READ COMMITTED."""


def check_work(
    checks: Checks, scenario: Scenario, evidence: Evidence, seed: int, *, pool: int | None = None
) -> Iterator[tuple[str, str]]:
    """Ask a few exchanges and hold what they did to a service against the scenario; wrong is a difference.

    ``pool`` is the most connections that the app declares to hold: it is asked more often than that, one
    request after the other, so that who opens one for each has too many. None: it declares nothing.
    Gives the statements of the last answer as a finding, where there are any and they are within reach. Of a
    scenario that mixes others, each is looked at by itself.
    """
    for part, _ in scenario.shares:
        for probe, statements in _check_part(checks, part, evidence, seed, pool=pool):
            yield probe if part is scenario else f"{part.name}: {probe}", statements


def _check_part(
    checks: Checks, scenario: Scenario, evidence: Evidence, seed: int, *, pool: int | None
) -> Iterator[tuple[str, str]]:
    """As ``check_work``, of a scenario without parts."""
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
        checks.differences += filter(None, [_otherwise(scenario.effects, evidence)])
    if noted and scenario.atomic and not checks.differences and not in_one_transaction(last):
        checks.differences.append(f"not in one transaction that is committed: {shortened(last)}")
    if scenario.changing and not checks.differences:
        _check_changing(checks, scenario.changing, evidence)
    if last and not checks.differences:
        yield STATEMENTS, shortened(last)


def lasting_of(scenario: Scenario, answered: int) -> Iterator[tuple[Effects, int]]:
    """What lasts of ``answered`` right answers: effects, and of how many answers at least.

    Of a part of a scenario its share is expected, less four times the spread of as many drawn at random: load
    ends anywhere in a ring, whose blocks are mixed more evenly than that.
    """
    for part, percent in scenario.shares:
        expected = answered * percent / 100
        if part.effects:
            least = expected if part is scenario else expected - SPREADS * math.sqrt(expected)
            yield part.effects, max(0, int(least))


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
    if problem := _otherwise(effects, evidence):
        return problem
    if (changes := _number(evidence, effects.count)) < answered:
        return f"{answered} right answers under load left {changes} {effects.noun}"
    return ""


def _otherwise(effects: Effects, evidence: Evidence) -> str:
    if effects.wrong and (wrong := _number(evidence, effects.wrong)) > 0:
        return f"{wrong} rows of the database are otherwise than any request leaves them"
    return ""


def verbs(statements: Iterable[str]) -> Counter[str]:
    """How often each verb that counts begins one of ``statements``."""
    return Counter(verb for verb in map(_verb, statements) if verb in VERBS)


def in_one_transaction(statements: Iterable[str]) -> bool:
    """Whether all that count stand between one BEGIN and its COMMIT."""
    words = ("work" if verb in VERBS else verb for verb in map(_verb, statements) if verb)
    return _ONE_TRANSACTION.fullmatch(" ".join(words)) is not None


def _verb(statement: str) -> str:
    """Verb that counts, or one that frames a transaction; empty for all others."""
    upper = statement.upper()
    if upper == UNCOUNTED[0] or upper.startswith(UNCOUNTED[1]):
        return ""
    verb = upper.rstrip(";").partition(" ")[0]
    return verb if verb in VERBS else FRAMES.get(verb, "")


def shortened(statements: Iterable[str]) -> str:
    """``statements`` in a line, values as ``?``; what repeats stands once, a statement with its number."""
    shapes = (_LIST.sub(r"\1, ...", _VALUE.sub("?", text)) for text in statements)
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
