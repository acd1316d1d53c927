"""Shapes of what an ORM reads and writes as pydantic models, for frameworks that validate with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from apps import contract_orm as contract


class Author(BaseModel):
    """Who wrote a post."""

    id: int
    name: str
    country: str | None


class Tag(BaseModel):
    """What a post is filed under."""

    id: int
    name: str


class Post(BaseModel):
    """One element of the answer of ``orm-page``."""

    id: int
    title: str
    views: int
    author: Author
    tags: list[Tag]


class PostsIn(BaseModel):
    """Input of ``orm-page``."""

    first: int = Field(ge=1, le=contract.FIRST_MAX)


class LineIn(BaseModel):
    """Line of a purchase."""

    sku: Annotated[str, StringConstraints(min_length=1, max_length=contract.SKU_CHARACTERS)]
    quantity: int = Field(ge=contract.QUANTITY_MIN, le=contract.QUANTITY_MAX)
    unit_cents: int = Field(ge=0, le=contract.UNIT_CENTS_MAX)


class PurchaseIn(BaseModel):
    """Input of ``orm-write``."""

    account_id: int = Field(ge=1, le=contract.ACCOUNTS)
    lines: list[LineIn] = Field(min_length=contract.LINES, max_length=contract.LINES)


class Purchased(BaseModel):
    """Answer of ``orm-write``."""

    id: int
    total_cents: int
