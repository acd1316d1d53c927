"""Starlette's routes over an ORM: SQLAlchemy's asynchronous sessions, one for each request.

After https://www.starlette.io/lifespan/ and https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from apps import contract_orm as contract
from apps import pydantic_orm as models
from apps.sqlalchemy_async import open_sessions
from apps.sqlalchemy_models import Purchase, PurchaseLine, page_from


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Make sessions possible before the first request, and end that behind the last."""
    async with open_sessions() as sessions:
        app.state.sessions = sessions
        yield


async def posts(request: Request) -> Response:
    """Answer of ``orm-page``: posts with their authors and tags."""
    query = models.PostsIn.model_validate(dict(request.query_params))
    async with request.app.state.sessions.reading() as session:
        page = (await session.scalars(page_from(query.first))).all()
        return JSONResponse([contract.post_answer(post, post.tags) for post in page])


async def create_purchase(request: Request) -> Response:
    """Answer of ``orm-write``: the purchase, written with its lines."""
    sent = models.PurchaseIn.model_validate(await request.json())
    purchase = Purchase(
        account_id=sent.account_id,
        total_cents=contract.purchase_cents(sent.lines),
        lines=[PurchaseLine(**line.model_dump()) for line in sent.lines],
    )
    async with request.app.state.sessions.writing.begin() as session:
        session.add(purchase)
    return JSONResponse({"id": purchase.id, "total_cents": purchase.total_cents}, status_code=201)


ROUTES: dict[str, list[BaseRoute]] = {
    "orm-page": [Route("/posts", posts)],
    "orm-write": [Route("/purchases", create_purchase, methods=["POST"])],
}
