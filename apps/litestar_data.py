"""Litestar's controllers over a database: one asynchronous pool of psycopg in the application's state.

After https://docs.litestar.dev/latest/usage/applications.html (lifespan context managers, application state)
and https://www.psycopg.org/psycopg3/docs/advanced/pool.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from litestar import Controller, Litestar, get, put
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct, convert
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from apps import contract_data as contract


class Account(Struct):
    """Row of ``db-read`` and ``db-many``."""

    id: int
    owner: str
    city: str | None
    cents: int


class BalanceIn(Struct):
    """Input of ``db-write``."""

    cents: Annotated[int, Meta(ge=0, le=contract.CENTS_MAX)]


class Balance(Struct):
    """Answer of ``db-write``."""

    id: int
    cents: int


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
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


class ReadController(Controller):
    """Group ``db-read``."""

    @get("/accounts/{account_id:int}")
    async def account(self, account_id: FromPath[int], state: State) -> Account:
        """Answer of ``db-read``: one row."""
        async with state.pool.connection() as connection:
            cursor = await connection.execute(contract.SELECT_ACCOUNT, (account_id,))
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundException
        return convert(row, Account)


class ManyController(Controller):
    """Group ``db-many``."""

    @get("/accounts")
    async def accounts(
        self, first: Annotated[int, QueryParameter(ge=1, le=contract.ACCOUNTS)], state: State
    ) -> list[Account]:
        """Answer of ``db-many``: rows by a query each."""
        rows = []
        async with state.pool.connection() as connection:
            for account_id in contract.account_ids(first):
                cursor = await connection.execute(contract.SELECT_ACCOUNT, (account_id,))
                rows.append(await cursor.fetchone())
        return convert(rows, list[Account])


class WriteController(Controller):
    """Group ``db-write``."""

    @put("/balances/{account_id:int}")
    async def set_balance(
        self, account_id: FromPath[int], data: JSONBody[BalanceIn], state: State
    ) -> Balance:
        """Answer of ``db-write``: the row as it was read back."""
        async with state.pool.connection() as connection, connection.transaction():
            await connection.execute(contract.UPDATE_BALANCE, (data.cents, account_id))
            cursor = await connection.execute(contract.SELECT_BALANCE, (account_id,))
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundException
        return convert(row, Balance)


CONTROLLERS: dict[str, type[Controller]] = {
    "db-read": ReadController,
    "db-many": ManyController,
    "db-write": WriteController,
}
