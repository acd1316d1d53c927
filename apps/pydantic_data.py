"""Shapes of what reads and writes a database as pydantic models, for frameworks that validate with it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from apps import contract_data as contract


class Account(BaseModel):
    """Row of ``db-read`` and ``db-many``."""

    id: int
    owner: str
    city: str | None
    cents: int


class AccountsIn(BaseModel):
    """Input of ``db-many``."""

    first: int = Field(ge=1, le=contract.ACCOUNTS)


class BalanceIn(BaseModel):
    """Input of ``db-write``."""

    cents: int = Field(ge=0, le=contract.CENTS_MAX)


class Balance(BaseModel):
    """Answer of ``db-write``."""

    id: int
    cents: int
