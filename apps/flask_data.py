"""Flask's views over a database: one pool of psycopg in each worker, opened where a worker imports its app.

After https://flask.palletsprojects.com/en/stable/patterns/ and
https://www.psycopg.org/psycopg3/docs/advanced/pool.html (a pool is opened behind a fork, not before it).
"""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from apps import contract_data as contract
from apps import pydantic_data as models

BLUEPRINTS = {group: Blueprint(group, __name__) for group in contract.GROUPS}
pool = ConnectionPool(
    contract.database_url(),
    min_size=contract.connections(),
    max_size=contract.connections(),
    kwargs={"autocommit": True, "row_factory": dict_row},
    open=True,
)


@BLUEPRINTS["db-read"].get("/accounts/<int:account_id>")
def account(account_id: int) -> ResponseReturnValue:
    """Answer of ``db-read``: one row."""
    with pool.connection() as connection:
        row = connection.execute(contract.SELECT_ACCOUNT, (account_id,)).fetchone()
    if row is None:
        abort(404)
    return row


@BLUEPRINTS["db-many"].get("/accounts")
def accounts() -> ResponseReturnValue:
    """Answer of ``db-many``: rows by a query each."""
    query = models.AccountsIn.model_validate(request.args.to_dict())
    with pool.connection() as connection:
        return [
            connection.execute(contract.SELECT_ACCOUNT, (account_id,)).fetchone()
            for account_id in contract.account_ids(query.first)
        ]


@BLUEPRINTS["db-write"].put("/balances/<int:account_id>")
def set_balance(account_id: int) -> ResponseReturnValue:
    """Answer of ``db-write``: the row as it was read back."""
    balance = models.BalanceIn.model_validate(request.get_json())
    with pool.connection() as connection, connection.transaction():
        connection.execute(contract.UPDATE_BALANCE, (balance.cents, account_id))
        row = connection.execute(contract.SELECT_BALANCE, (account_id,)).fetchone()
    if row is None:
        abort(404)
    return row
