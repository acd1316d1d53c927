"""What PostgreSQL's log says of statements."""

from __future__ import annotations

from runners.services.postgres.statement_log import sessions, statements

LOG = """\
[11] launch_1 LOG:  statement: BEGIN
[11] launch_1 LOG:  execute _pg3_0: SELECT id
\tFROM accounts
\tWHERE id = $1
[11] launch_1 DETAIL:  Parameters: $1 = '7'
[12] launch_2 LOG:  statement: SELECT 2
[13] [unknown] LOG:  connection received
[11] launch_1 ERROR:  canceling statement
[11] launch_1 STATEMENT:  SELECT 3
[11] launch_1 LOG:  execute <unnamed>: SELECT 4
"""


def test_statements_of_one_database_are_told_apart_each_on_a_line() -> None:
    assert statements(LOG, "launch_1") == ("BEGIN", "SELECT id FROM accounts WHERE id = $1", "SELECT 4")
    assert statements(LOG, "launch_2") == ("SELECT 2",)
    assert statements(LOG, "launch_3") == ()


def test_connections_are_counted_by_the_processes_that_serve_them() -> None:
    assert [sessions(LOG, f"launch_{number}") for number in (1, 2, 3)] == [1, 1, 0]
    another = LOG.replace("[11] launch_1 LOG:  statement", "[14] launch_1 LOG:  statement")
    assert sessions(another, "launch_1") == 2
