"""Starlette's routes over a database: one asynchronous pool of psycopg, open as long as the app lives.

After https://www.starlette.io/lifespan/ and https://www.psycopg.org/psycopg3/docs/advanced/pool.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from apps import contract_data as contract
from apps import pydantic_data as models


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the pool before the first request, close it behind the last."""
    size = contract.connections()
    async with AsyncConnectionPool(
        contract.database_url(),
        min_size=size,
        max_size=size,
        kwargs={"autocommit": True, "row_factory": dict_row},
    ) as pool:
        await pool.wait()
        app.state.pool = pool
        yield


async def account(request: Request) -> Response:
    """Answer of ``db-read``: one row."""
    async with request.app.state.pool.connection() as connection:
        cursor = await connection.execute(contract.SELECT_ACCOUNT, (request.path_params["account_id"],))
        row = await cursor.fetchone()
    if row is None:
        raise HTTPException(404)
    return JSONResponse(row)


async def accounts(request: Request) -> Response:
    """Answer of ``db-many``: rows by a query each."""
    query = models.AccountsIn.model_validate(dict(request.query_params))
    rows = []
    async with request.app.state.pool.connection() as connection:
        for account_id in contract.account_ids(query.first):
            cursor = await connection.execute(contract.SELECT_ACCOUNT, (account_id,))
            rows.append(await cursor.fetchone())
    return JSONResponse(rows)


async def set_balance(request: Request) -> Response:
    """Answer of ``db-write``: the row as it was read back."""
    balance = models.BalanceIn.model_validate(await request.json())
    account_id = request.path_params["account_id"]
    async with request.app.state.pool.connection() as connection, connection.transaction():
        await connection.execute(contract.UPDATE_BALANCE, (balance.cents, account_id))
        cursor = await connection.execute(contract.SELECT_BALANCE, (account_id,))
        row = await cursor.fetchone()
    if row is None:
        raise HTTPException(404)
    return JSONResponse(row)


ROUTES: dict[str, list[BaseRoute]] = {
    "db-read": [Route("/accounts/{account_id:int}", account)],
    "db-many": [Route("/accounts", accounts)],
    "db-write": [Route("/balances/{account_id:int}", set_balance, methods=["PUT"])],
}
