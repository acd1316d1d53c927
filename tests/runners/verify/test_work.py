"""What is wrong with requests, by the database's own word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from runners.verify.checks import Checks
from runners.verify.work import (
    check_work,
    in_one_transaction,
    lasting_of,
    lasting_problem,
    shortened,
    verbs,
)
from scenarios.catalogue import discover
from scenarios.exchange import Answer, Effects, Exchange, Part, Scenario
from tests.support.fake_services import FakeEvidence

SCENARIOS = discover()
READ = "SELECT id, owner, city, cents FROM accounts WHERE id = $1"
WRITE = ("BEGIN", "UPDATE balances SET cents = 7 WHERE id = 1", "SELECT id FROM balances", "COMMIT")
EFFECTS = Effects(count="count", noun="changes", wrong="wrong")


@dataclass
class FakeChecks:
    """Each answer makes the database do what ``answer`` says, and is right unless it is about ``wrong``."""

    evidence: FakeEvidence
    answer: Callable[[int], tuple[str, ...]]
    wrong: str = ""
    differences: list[str] = field(default_factory=list)
    asked: list[Exchange] = field(default_factory=list)

    def check(self, _key: str, exchange: Exchange) -> None:
        self.evidence.statements += self.answer(len(self.asked))
        self.asked.append(exchange)

    def ask(self, exchange: Exchange) -> Answer:
        self.asked.append(exchange)
        return Answer(status=200, headers=(), body=b"")

    def is_right(self, exchange: Exchange, _answer: Answer) -> bool:
        if exchange.about == self.wrong:
            self.differences.append(exchange.about)
        return exchange.about != self.wrong


def checked(
    scenario: Scenario,
    answer: Callable[[int], tuple[str, ...]],
    evidence: FakeEvidence | None = None,
    *,
    wrong: str = "",
    pool: int | None = None,
) -> tuple[list[str], list[tuple[str, str]], list[Exchange]]:
    evidence = evidence or FakeEvidence()
    checks = FakeChecks(evidence, answer, wrong)
    found = list(check_work(cast("Checks", checks), scenario, evidence, seed=1, pool=pool))
    return checks.differences, found, checks.asked


def test_right_statements_are_a_finding_and_the_first_request_is_asked_again() -> None:
    differences, found, asked = checked(SCENARIOS["db-many"], lambda _: (READ,) * 20)
    assert differences == []
    assert [answer for _, answer in found] == [
        "20 x SELECT id, owner, city, cents FROM accounts WHERE id = ?"
    ]
    assert asked[0].request == asked[2].request != asked[1].request


@pytest.mark.parametrize(
    ("name", "answer", "problem"),
    [
        ("db-many", lambda _: ("SELECT * FROM accounts WHERE id = ANY($1)",), "do 3 SELECT, wanted 60"),
        ("db-read", lambda turn: (READ,) if turn < 2 else (), "do 2 SELECT, wanted 3"),
        ("db-read", lambda turn: (READ,) if turn else (READ,) * 20, "do 22 SELECT, wanted 3"),
        ("db-read", lambda _: (READ, "UPDATE accounts SET cents = 0"), "do 3 UPDATE, wanted 0"),
    ],
    ids=["folded into one", "kept", "read ahead", "more than asked"],
)
def test_other_statements_are_a_difference(
    name: str, answer: Callable[[int], tuple[str, ...]], problem: str
) -> None:
    differences, found, _ = checked(SCENARIOS[name], answer)
    assert [problem in difference for difference in differences] == [True]
    assert not found


def test_frames_pings_and_settings_are_not_counted() -> None:
    assert verbs((*WRITE, "SELECT 1", "SELECT set_config('TimeZone', 'UTC', false)", "SET x = 1", "")) == {
        "UPDATE": 1,
        "SELECT": 1,
    }


def test_writes_that_are_not_committed_are_a_difference() -> None:
    scenario = SCENARIOS["db-write"]
    assert scenario.effects
    kept = FakeEvidence(numbers={scenario.effects.count: [5, 8], scenario.effects.wrong: [0]})
    assert checked(scenario, lambda _: WRITE, kept)[0] == []
    lost = FakeEvidence(numbers={scenario.effects.count: [5, 5], scenario.effects.wrong: [0]})
    assert checked(scenario, lambda _: WRITE, lost)[0] == [
        "3 right answers left 0 changes in the database, wanted 3"
    ]


def test_nothing_is_said_where_the_log_is_out_of_reach() -> None:
    differences, found, asked = checked(
        SCENARIOS["db-read"], lambda _: (), evidence=FakeEvidence(readable=False)
    )
    assert (differences, found) == ([], [])
    assert asked  # answers are checked all the same, and what they leave behind


def test_what_lasts_of_a_load_is_held_to_its_right_answers() -> None:
    assert lasting_problem(EFFECTS, FakeEvidence(numbers={"wrong": [0], "count": [100]}), 90) == ""
    assert "90 right answers under load left 80" in lasting_problem(
        EFFECTS, FakeEvidence(numbers={"wrong": [0], "count": [80]}), 90
    )
    assert "2 rows" in lasting_problem(EFFECTS, FakeEvidence(numbers={"wrong": [2], "count": [99]}), 90)


def test_a_list_of_statements_is_one_line_with_values_as_question_marks() -> None:
    statements = (*WRITE, "SELECT 'it', $2, a1 FROM t WHERE b = 12", "SELECT 'is', $3, a1 FROM t WHERE b = 1")
    assert shortened(statements) == (
        "BEGIN; UPDATE balances SET cents = ? WHERE id = ?; SELECT id FROM balances; COMMIT; "
        "2 x SELECT ?, ?, a1 FROM t WHERE b = ?"
    )


SAVING = replace(SCENARIOS["db-write"], effects=EFFECTS)
DAY = replace(
    SAVING, name="day", effects=None, queries=(), parts=(Part(SCENARIOS["json"], 90), Part(SAVING, 10))
)


def test_of_a_scenario_that_mixes_others_each_is_looked_at_by_itself() -> None:
    evidence = FakeEvidence(numbers={"count": [5, 8], "wrong": [0]})
    differences, found, asked = checked(DAY, lambda _: WRITE, evidence)
    assert differences == []
    assert [probe.partition(":")[0] for probe, _ in found] == ["db-write"]
    assert {exchange.request.method for exchange in asked} == {"PUT"}
    differences, _, _ = checked(
        DAY, lambda _: WRITE[:2], FakeEvidence(numbers={"count": [5, 8], "wrong": [0]})
    )
    assert differences == ["3 answers made the database do 0 SELECT, wanted 3"]


def test_of_a_part_its_share_lasts_but_for_chance() -> None:
    assert list(lasting_of(SAVING, 1000)) == [(EFFECTS, 1000)]
    assert list(lasting_of(DAY, 100_000)) == [(EFFECTS, 9_600)]
    assert list(lasting_of(DAY, 100)) == [(EFFECTS, 0)]


def test_rows_that_no_request_leaves_so_are_a_difference_before_load_too() -> None:
    evidence = FakeEvidence(numbers={"count": [5, 8], "wrong": [2]})
    assert checked(SAVING, lambda _: WRITE, evidence)[0] == [
        "2 rows of the database are otherwise than any request leaves them"
    ]


@pytest.mark.parametrize(
    ("statements", "is_one"),
    [
        (WRITE, True),
        (("SET x = 1", "BEGIN ISOLATION LEVEL READ COMMITTED", *WRITE[1:3], "COMMIT;", "SELECT 1"), True),
        (("BEGIN", "COMMIT", *WRITE), True),
        (("START TRANSACTION", *WRITE[1:3], "END"), True),
        (WRITE[1:3], False),
        (WRITE[:3], False),
        ((*WRITE[:3], "ROLLBACK"), False),
        (("BEGIN", WRITE[1], "COMMIT", "BEGIN", WRITE[2], "COMMIT"), False),
        (("BEGIN", WRITE[1], "COMMIT", WRITE[2]), False),
        ((WRITE[1], "BEGIN", WRITE[2], "COMMIT"), False),
    ],
)
def test_statements_are_in_one_transaction_or_not(statements: tuple[str, ...], is_one: bool) -> None:  # noqa: FBT001
    assert in_one_transaction(statements) is is_one


def test_what_is_to_be_in_a_transaction_and_is_not_is_a_difference() -> None:
    evidence = FakeEvidence(numbers={"count": [5, 8], "wrong": [0]})
    assert checked(SAVING, lambda _: WRITE[1:3], evidence)[0] == [
        (
            "not in one transaction that is committed: UPDATE balances SET cents = ? WHERE id = ?; "
            "SELECT id FROM balances"
        )
    ]


def test_many_values_in_a_row_are_not_told_one_by_one() -> None:
    typed = ", ".join(f"${number}::INTEGER" for number in range(50))
    asked = f"SELECT a FROM t WHERE b IN ({typed}) LIMIT 5"  # noqa: S608 - it is only read
    assert shortened([asked]) == "SELECT a FROM t WHERE b IN (?::INTEGER, ...) LIMIT ?"
    assert shortened(["SELECT a FROM t WHERE b IN (1, 2, 3)"]) == "SELECT a FROM t WHERE b IN (?, ?, ?)"


def test_a_row_that_was_kept_is_a_difference() -> None:
    evidence = FakeEvidence()
    differences, found, asked = checked(SCENARIOS["db-read"], lambda _: (READ,), evidence)
    assert differences == []
    assert found
    changing = SCENARIOS["db-read"].changing
    assert changing
    assert [exchange.about for exchange in asked[-3:]] == [
        changing.before.about,
        changing.afterwards.about,
        changing.before.about,
    ]
    assert evidence.changes == [changing.change, changing.undo]
    kept = checked(SCENARIOS["db-read"], lambda _: (READ,), FakeEvidence(), wrong=changing.afterwards.about)
    assert kept[:2] == (["the same row after it was changed"], [])


@pytest.mark.parametrize(("connections", "pool", "wrong"), [(4, 4, False), (5, 4, True), (5, None, False)])
def test_more_connections_than_a_pool_holds_are_a_difference(
    *, connections: int, pool: int | None, wrong: bool
) -> None:
    evidence = FakeEvidence(connections=connections)
    differences, _, asked = checked(SCENARIOS["db-many"], lambda _: (READ,) * 20, evidence, pool=pool)
    assert len(asked) > (pool or 0)
    assert [f"used {connections} connections of the database" in line for line in differences] == [
        True
    ] * wrong


@pytest.mark.parametrize(
    ("begin", "wrong"),
    [
        ("BEGIN", False),
        ("BEGIN ISOLATION LEVEL READ COMMITTED", False),
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", True),
        ("START TRANSACTION ISOLATION LEVEL REPEATABLE READ", True),
        ("SET default_transaction_isolation = 'serializable'", True),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ", True),
        ("SET default_transaction_isolation TO 'repeatable read'", True),
    ],
)
def test_another_isolation_is_a_difference(*, begin: str, wrong: bool) -> None:
    scenario = SCENARIOS["db-write"]
    assert scenario.effects
    evidence = FakeEvidence(numbers={scenario.effects.count: [5, 8], scenario.effects.wrong: [0]})
    differences, _, _ = checked(scenario, lambda _: (begin, *WRITE[1:]), evidence)
    assert ["another isolation than READ COMMITTED" in line for line in differences] == [True] * wrong
