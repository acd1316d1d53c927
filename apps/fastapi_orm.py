"""FastAPI's path operations over an ORM: SQLAlchemy's asynchronous sessions, each by a dependency.

After https://fastapi.tiangolo.com/tutorial/sql-databases/ (a session by dependency) and
https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query, Request, status
from sqlalchemy.ext.asyncio import AsyncSession

from apps import contract_orm as contract
from apps import pydantic_orm as models
from apps.sqlalchemy_async import open_sessions
from apps.sqlalchemy_models import Post, Purchase, PurchaseLine, page_from


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make sessions possible before the first request, and end that behind the last."""
    async with open_sessions() as sessions:
        app.state.sessions = sessions
        yield


async def reading(request: Request) -> AsyncIterator[AsyncSession]:
    """Provide a session that reads."""
    async with request.app.state.sessions.reading() as session:
        yield session


async def writing(request: Request) -> AsyncIterator[AsyncSession]:
    """Provide a session that writes."""
    async with request.app.state.sessions.writing() as session:
        yield session


Reading = Annotated[AsyncSession, Depends(reading)]
Writing = Annotated[AsyncSession, Depends(writing)]
ROUTERS = {group: APIRouter() for group in contract.GROUPS}


@ROUTERS["orm-page"].get("/posts", response_model=list[models.Post])
async def posts(
    first: Annotated[int, Query(ge=1, le=contract.FIRST_MAX)], session: Reading
) -> Sequence[Post]:
    """Answer of ``orm-page``: posts with their authors and tags."""
    return (await session.scalars(page_from(first))).all()


@ROUTERS["orm-write"].post("/purchases", response_model=models.Purchased, status_code=status.HTTP_201_CREATED)
async def create_purchase(sent: models.PurchaseIn, session: Writing) -> Purchase:
    """Answer of ``orm-write``: the purchase, written with its lines."""
    purchase = Purchase(
        account_id=sent.account_id,
        total_cents=contract.purchase_cents(sent.lines),
        lines=[PurchaseLine(**line.model_dump()) for line in sent.lines],
    )
    async with session.begin():
        session.add(purchase)
    return purchase
