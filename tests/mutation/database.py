"""Mutants over a database: rows, statements, transactions and connections other than the scenario has."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, Stage, broken
from tests.mutation.snippets import COUNT, KEPT

STARLETTE, FLASK = "starlette_data", "flask_data"
ID = 'request.path_params["account_id"]'
POOLED = "request.app.state.pool.connection()"
ONE = "connection.execute(contract.SELECT_ACCOUNT, (1,))"
ANY = 'contract.SELECT_ACCOUNT.replace("= %s", "= ANY(%s)")'
BOTH = 'contract.UPDATE_BALANCE.replace("id = %s", "id IN (%s, 1)")'
SENT = '{"id": account_id, "cents": balance.cents} if cursor.rowcount else None'
READ_BACK = (
    "cursor = await connection.execute(contract.SELECT_BALANCE, (account_id,))\n"
    "        row = await cursor.fetchone()"
)
MANY_BY_ONE = (
    "        for account_id in contract.account_ids(query.first):\n"
    "            cursor = await connection.execute(contract.SELECT_ACCOUNT, (account_id,))\n"
    "            rows.append(await cursor.fetchone())\n"
)
MANY_AT_ONCE = (
    "        ids = contract.account_ids(query.first)\n"
    f"        cursor = await connection.execute({ANY}, (ids,))\n"
    '        rows = sorted(await cursor.fetchall(), key=lambda row: ids.index(row["id"]))\n'
)
FLASK_MANY_BY_ONE = (
    "        return [\n"
    "            connection.execute(contract.SELECT_ACCOUNT, (account_id,)).fetchone()\n"
    "            for account_id in contract.account_ids(query.first)\n"
    "        ]\n"
)
FLASK_MANY_AT_ONCE = (
    "        ids = contract.account_ids(query.first)\n"
    f"        rows = connection.execute({ANY}, (ids,)).fetchall()\n"
    '        return sorted(rows, key=lambda row: ids.index(row["id"]))\n'
)
CONNECT = "connect(contract.database_url(), autocommit=True, row_factory=dict_row)"
REPEATABLE = """from psycopg import IsolationLevel


async def repeatable(connection):
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)"""
FLASK_REPEATABLE = (
    'lambda connection: connection.set_isolation_level(__import__("psycopg").IsolationLevel.REPEATABLE_READ)'
)

READ = (
    Mutant(
        name="the row of another id",
        kind=Kind.DATABASE,
        scenario="db-read",
        refused="$.id: wanted int",
        starlette=broken(("account", f"({ID},)", f"({ID} % 9_999 + 1,)"), companion=STARLETTE),
        flask=broken(("account", "(account_id,)", "(account_id % 9_999 + 1,)"), companion=FLASK),
    ),
    Mutant(
        name="an unknown row is an empty one",
        kind=Kind.DATABASE,
        scenario="db-read",
        refused="(unknown account): wanted status 404, got 200",
        starlette=broken(
            ("account", "raise HTTPException(404)", "return JSONResponse({})"), companion=STARLETTE
        ),
        flask=broken(("account", "abort(404)", "return {}"), companion=FLASK),
    ),
    Mutant(
        name="rows are kept in the process",
        kind=Kind.DATABASE,
        scenario="db-read",
        refused="answers made the database do",
        starlette=broken(
            (
                "account",
                "    async with",
                f"    if {ID} in kept:\n        return JSONResponse(kept[{ID}])\n    async with",
            ),
            (
                "account",
                "    return JSONResponse(row)",
                f"    kept[{ID}] = row\n    return JSONResponse(row)",
            ),
            first=KEPT,
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "account",
                "    with pool",
                "    if account_id in kept:\n        return kept[account_id]\n    with pool",
            ),
            ("account", "    return row", "    kept[account_id] = row\n    return row"),
            first=KEPT,
            companion=FLASK,
        ),
    ),
    Mutant(
        name="rows are asked for, and those kept are answered",
        kind=Kind.DATABASE,
        scenario="db-read",
        refused="(the same row after it was changed): $.cents",
        starlette=broken(
            ("account", "    if row is None", f"    row = kept.setdefault({ID}, row)\n    if row is None"),
            first=KEPT,
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "account",
                "    if row is None",
                "    row = kept.setdefault(account_id, row)\n    if row is None",
            ),
            first=KEPT,
            companion=FLASK,
        ),
    ),
    Mutant(
        name="one row is asked for twice",
        kind=Kind.DATABASE,
        scenario="db-read",
        refused="18 answers made the database do 36 SELECT, wanted 18",
        starlette=broken(
            ("account", "await cursor.fetchone()", f"await cursor.fetchone()\n        await {ONE}"),
            companion=STARLETTE,
        ),
        flask=broken(("account", ".fetchone()", f".fetchone()\n        {ONE}"), companion=FLASK),
    ),
    Mutant(
        name="a connection is opened for every request",
        kind=Kind.DATABASE,
        scenario="db-read",
        refused="used 18 connections of the database, and the pool holds 16",
        starlette=broken(
            ("account", POOLED, f"await AsyncConnection.{CONNECT}"),
            first="from psycopg import AsyncConnection",
            companion=STARLETTE,
        ),
        flask=broken(
            ("account", "pool.connection()", f"Connection.{CONNECT}"),
            first="from psycopg import Connection",
            companion=FLASK,
        ),
    ),
    Mutant(
        name="twenty rows by one query",
        kind=Kind.DATABASE,
        scenario="db-many",
        refused="18 answers made the database do 18 SELECT, wanted 360",
        starlette=broken(("accounts", MANY_BY_ONE, MANY_AT_ONCE), companion=STARLETTE),
        flask=broken(("accounts", FLASK_MANY_BY_ONE, FLASK_MANY_AT_ONCE), companion=FLASK),
    ),
    Mutant(
        name="twenty rows by their ids",
        kind=Kind.DATABASE,
        scenario="db-many",
        refused="].id: wanted int",
        starlette=broken(
            ("accounts", "contract.account_ids(query.first)", "sorted(contract.account_ids(query.first))"),
            companion=STARLETTE,
        ),
        flask=broken(
            ("accounts", "contract.account_ids(query.first)", "sorted(contract.account_ids(query.first))"),
            companion=FLASK,
        ),
    ),
)

WRITE = (
    Mutant(
        name="a write is not committed",
        kind=Kind.DATABASE,
        scenario="db-write",
        refused="18 right answers left 0 changes in the database, wanted 18",
        starlette=broken(
            ("set_balance", "connection.transaction()", "connection.transaction(force_rollback=True)"),
            companion=STARLETTE,
        ),
        flask=broken(
            ("set_balance", "connection.transaction()", "connection.transaction(force_rollback=True)"),
            companion=FLASK,
        ),
    ),
    Mutant(
        name="another row is written besides",
        kind=Kind.DATABASE,
        scenario="db-write",
        refused="18 right answers left 36 changes in the database, wanted 18",
        starlette=broken(("set_balance", "contract.UPDATE_BALANCE", BOTH), companion=STARLETTE),
        flask=broken(("set_balance", "contract.UPDATE_BALANCE", BOTH), companion=FLASK),
    ),
    Mutant(
        name="what was sent is answered, and not what was read back",
        kind=Kind.DATABASE,
        scenario="db-write",
        refused="18 answers made the database do 0 SELECT, wanted 18",
        starlette=broken(
            (
                "set_balance",
                "        await connection.execute(",
                "        cursor = await connection.execute(",
            ),
            ("set_balance", READ_BACK, f"row = {SENT}"),
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "set_balance",
                "        connection.execute(contract.UPDATE",
                "        cursor = connection.execute(contract.UPDATE",
            ),
            (
                "set_balance",
                "connection.execute(contract.SELECT_BALANCE, (account_id,)).fetchone()",
                SENT,
            ),
            companion=FLASK,
        ),
    ),
    Mutant(
        name="transactions at another isolation",
        kind=Kind.DATABASE,
        scenario="db-write",
        refused="another isolation than READ COMMITTED is asked for",
        starlette=broken(
            (
                "lifespan",
                "        max_size=size,\n",
                "        max_size=size,\n        configure=repeatable,\n",
            ),
            first=REPEATABLE,
            companion=STARLETTE,
        ),
        flask=broken(
            ("pool", "    open=True", f"    configure={FLASK_REPEATABLE},\n    open=True"), companion=FLASK
        ),
    ),
    Mutant(
        name="nothing is written after 300 requests",
        kind=Kind.DATABASE,
        scenario="db-write",
        refused="320 right answers under load left 300 changes in the database",
        stage=Stage.AFTER,
        starlette=broken(
            (
                "set_balance",
                "    async with",
                (
                    "    if next(asked) >= 300 and account_id <= contract.ACCOUNTS:\n"
                    '        return JSONResponse({"id": account_id, "cents": balance.cents})\n'
                    "    async with"
                ),
            ),
            first=COUNT,
            companion=STARLETTE,
        ),
        flask=broken(
            (
                "set_balance",
                "    with pool",
                (
                    "    if next(asked) >= 300 and account_id <= contract.ACCOUNTS:\n"
                    '        return {"id": account_id, "cents": balance.cents}\n'
                    "    with pool"
                ),
            ),
            first=COUNT,
            companion=FLASK,
        ),
    ),
)

MUTANTS = (*READ, *WRITE)
