"""Litestar's controllers over an ORM: SQLAlchemy's asynchronous sessions, made by what the state holds.

After https://docs.litestar.dev/latest/tutorials/sqlalchemy/1-provide-session-with-di.html (lifespan, state)
and https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from litestar import Controller, Litestar, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct, convert
from msgspec.structs import asdict

from apps import contract_orm as contract
from apps.sqlalchemy_async import open_sessions
from apps.sqlalchemy_models import Purchase, PurchaseLine, page_from


class Author(Struct):
    """Who wrote a post."""

    id: int
    name: str
    country: str | None


class Tag(Struct):
    """What a post is filed under."""

    id: int
    name: str


class Post(Struct):
    """One element of the answer of ``orm-page``."""

    id: int
    title: str
    views: int
    author: Author
    tags: list[Tag]


class LineIn(Struct):
    """Line of a purchase."""

    sku: Annotated[str, Meta(min_length=1, max_length=contract.SKU_CHARACTERS)]
    quantity: Annotated[int, Meta(ge=contract.QUANTITY_MIN, le=contract.QUANTITY_MAX)]
    unit_cents: Annotated[int, Meta(ge=0, le=contract.UNIT_CENTS_MAX)]


class PurchaseIn(Struct):
    """Input of ``orm-write``."""

    account_id: Annotated[int, Meta(ge=1, le=contract.ACCOUNTS)]
    lines: Annotated[list[LineIn], Meta(min_length=contract.LINES, max_length=contract.LINES)]


class Purchased(Struct):
    """Answer of ``orm-write``."""

    id: int
    total_cents: int


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Make sessions possible before the first request, and end that behind the last."""
    async with open_sessions() as sessions:
        app.state.sessions = sessions
        yield


class PageController(Controller):
    """Group ``orm-page``."""

    @get("/posts")
    async def posts(
        self, first: Annotated[int, QueryParameter(ge=1, le=contract.FIRST_MAX)], state: State
    ) -> list[Post]:
        """Answer of ``orm-page``: posts with their authors and tags."""
        async with state.sessions.reading() as session:
            page = (await session.scalars(page_from(first))).all()
            return convert(page, list[Post], from_attributes=True)


class PurchaseController(Controller):
    """Group ``orm-write``."""

    @post("/purchases")
    async def create_purchase(self, data: JSONBody[PurchaseIn], state: State) -> Purchased:
        """Answer of ``orm-write``: the purchase, written with its lines."""
        purchase = Purchase(
            account_id=data.account_id,
            total_cents=contract.purchase_cents(data.lines),
            lines=[PurchaseLine(**asdict(line)) for line in data.lines],
        )
        async with state.sessions.writing.begin() as session:
            session.add(purchase)
        return Purchased(id=purchase.id, total_cents=purchase.total_cents)


CONTROLLERS: dict[str, type[Controller]] = {"orm-page": PageController, "orm-write": PurchaseController}
