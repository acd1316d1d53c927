"""What apps that read and write a database have in common: tables, statements, pools; standard library only.

Tables are made by the harness before an app starts, a database for each launch; its address and the size of
a process's pool stand in its environment.
"""

from __future__ import annotations

import os

from apps.contract import DATABASE_GROUPS as GROUPS

__all__ = ["GROUPS"]

ACCOUNTS = 10_000
"""Rows of each table, with ids from 1."""
MANY = 20
"""Rows of ``db-many``, by as many queries."""
STRIDE = 499
"""Between two of them: prime to ``ACCOUNTS``, and so far that no two lie on one page."""
CENTS_MAX = 2**31 - 1

_FILL = (
    (
        "INSERT INTO accounts SELECT id, 'Owner ' || id, CASE WHEN id %% 10 > 0 THEN 'City ' || id %% 97 END,"
        " id * 7919 %% 100000 FROM generate_series(1, %d) AS id"
    ),
    "INSERT INTO balances (id, cents) SELECT id, 0 FROM generate_series(1, %d) AS id",
)
SCHEMA = (
    "CREATE TABLE accounts (id integer PRIMARY KEY, owner text NOT NULL, city text, cents integer NOT NULL)",
    # Half of each page is free for the newer versions of its rows, so that no index is written to.
    (
        "CREATE TABLE balances (id integer PRIMARY KEY, cents integer NOT NULL,"
        " writes integer NOT NULL DEFAULT 0) WITH (fillfactor = 50)"
    ),
    *(statement % ACCOUNTS for statement in _FILL),
)
"""Statements that make the tables and their rows; statistics are taken afterwards."""

SELECT_ACCOUNT = "SELECT id, owner, city, cents FROM accounts WHERE id = %s"
"""Of ``db-read`` and ``db-many``: psycopg's placeholder."""
UPDATE_BALANCE = "UPDATE balances SET cents = %s, writes = writes + 1 WHERE id = %s"
SELECT_BALANCE = "SELECT id, cents FROM balances WHERE id = %s"
"""Of ``db-write``, one behind the other in a transaction."""


def database_url() -> str:
    """Address of this launch's database."""
    return os.environ["HOTLAP_DATABASE_URL"]


def connections() -> int:
    """How many connections the pool of each process holds: in total equal, however many workers there are."""
    return int(os.environ["HOTLAP_DATABASE_CONNECTIONS"])


def account_ids(first: int) -> list[int]:
    """Ids of the accounts of ``db-many``, the first of which is ``first``."""
    return [(first - 1 + index * STRIDE) % ACCOUNTS + 1 for index in range(MANY)]


def account(account_id: int) -> dict[str, object]:
    """Row of ``accounts``, as it is to be answered."""
    city = None if account_id % 10 == 0 else f"City {account_id % 97}"
    return {
        "id": account_id,
        "owner": f"Owner {account_id}",
        "city": city,
        "cents": account_id * 7919 % 100_000,
    }
