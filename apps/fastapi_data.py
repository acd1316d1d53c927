"""FastAPI's path operations over a database: one asynchronous pool of psycopg, a connection by dependency.

After https://fastapi.tiangolo.com/advanced/events/, .../tutorial/dependencies/dependencies-with-yield/ and
https://www.psycopg.org/psycopg3/docs/advanced/pool.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from apps import contract_data as contract
from apps import pydantic_data as models


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
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


async def connected(request: Request) -> AsyncIterator[AsyncConnection[dict[str, Any]]]:
    """Provide a connection of the pool."""
    async with request.app.state.pool.connection() as connection:
        yield connection


Connection = Annotated[AsyncConnection[dict[str, Any]], Depends(connected)]
ROUTERS = {group: APIRouter() for group in contract.GROUPS}


@ROUTERS["db-read"].get("/accounts/{account_id}", response_model=models.Account)
async def account(account_id: int, connection: Connection) -> dict[str, Any]:
    """Answer of ``db-read``: one row."""
    cursor = await connection.execute(contract.SELECT_ACCOUNT, (account_id,))
    row = await cursor.fetchone()
    if row is None:
        raise HTTPException(404)
    return row


@ROUTERS["db-many"].get("/accounts", response_model=list[models.Account])
async def accounts(
    first: Annotated[int, Query(ge=1, le=contract.ACCOUNTS)], connection: Connection
) -> list[dict[str, Any] | None]:
    """Answer of ``db-many``: rows by a query each."""
    rows = []
    for account_id in contract.account_ids(first):
        cursor = await connection.execute(contract.SELECT_ACCOUNT, (account_id,))
        rows.append(await cursor.fetchone())
    return rows


@ROUTERS["db-write"].put("/balances/{account_id}", response_model=models.Balance)
async def set_balance(account_id: int, balance: models.BalanceIn, connection: Connection) -> dict[str, Any]:
    """Answer of ``db-write``: the row as it was read back."""
    async with connection.transaction():
        await connection.execute(contract.UPDATE_BALANCE, (balance.cents, account_id))
        cursor = await connection.execute(contract.SELECT_BALANCE, (account_id,))
        row = await cursor.fetchone()
    if row is None:
        raise HTTPException(404)
    return row
