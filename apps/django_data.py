"""Django's views over a database: its own connections as shipped, one opened and closed for each request.

After https://docs.djangoproject.com/en/5.2/topics/db/sql/ (custom SQL) and .../ref/databases/ (persistent
connections are off unless asked for; under ASGI they are to be).
"""

import json
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_http_methods

from apps import contract_data as contract
from apps import pydantic_data as models
from apps.django_refusals import refuses_invalid

OPTIONS: dict[str, Any] = {}
"""Options of the backend: none as shipped."""


def settings() -> dict[str, Any]:
    """Settings of Django's one database."""
    address = urlsplit(contract.database_url())
    default = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.path.removeprefix("/"),
        "USER": address.username or "",
        "PASSWORD": address.password or "",
        "HOST": address.hostname or "",
        "PORT": address.port or "",
        "OPTIONS": OPTIONS,
    }
    return {"default": default}


def row_of(cursor: CursorWrapper) -> dict[str, Any] | None:
    """Row that ``cursor`` found, by the names of its columns."""
    row = cursor.fetchone()
    return None if row is None else dict(zip((column[0] for column in cursor.description), row, strict=True))


@require_GET
def account(_request: HttpRequest, account_id: int) -> HttpResponse:
    """Answer of ``db-read``: one row."""
    with connection.cursor() as cursor:
        cursor.execute(contract.SELECT_ACCOUNT, [account_id])
        row = row_of(cursor)
    if row is None:
        raise Http404
    return JsonResponse(row)


@require_GET
@refuses_invalid
def accounts(request: HttpRequest) -> HttpResponse:
    """Answer of ``db-many``: rows by a query each."""
    query = models.AccountsIn.model_validate(request.GET.dict())
    rows = []
    with connection.cursor() as cursor:
        for account_id in contract.account_ids(query.first):
            cursor.execute(contract.SELECT_ACCOUNT, [account_id])
            rows.append(row_of(cursor))
    return JsonResponse(rows, safe=False)


@require_http_methods(["PUT"])
@refuses_invalid
def set_balance(request: HttpRequest, account_id: int) -> HttpResponse:
    """Answer of ``db-write``: the row as it was read back."""
    balance = models.BalanceIn.model_validate(json.loads(request.body))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(contract.UPDATE_BALANCE, [balance.cents, account_id])
        cursor.execute(contract.SELECT_BALANCE, [account_id])
        row = row_of(cursor)
    if row is None:
        raise Http404
    return JsonResponse(row)


ROUTES = {
    "db-read": [("accounts/<int:account_id>", account)],
    "db-many": [("accounts", accounts)],
    "db-write": [("balances/<int:account_id>", set_balance)],
}
