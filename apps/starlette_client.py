"""Starlette's route over another service: one client of httpx, open as long as the app lives.

After https://www.starlette.io/lifespan/ (which shows an httpx client) and https://www.python-httpx.org/async/.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from apps import contract_client as contract

LIMITS = httpx.Limits(max_connections=contract.CONNECTIONS, max_keepalive_connections=contract.CONNECTIONS)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the client before the first request, close it behind the last."""
    async with httpx.AsyncClient(limits=LIMITS, timeout=contract.TIMEOUT_S) as client:
        app.state.client = client
        yield


async def offer(request: Request) -> Response:
    """Answer of ``upstream``."""
    item_id = request.path_params["item_id"]
    response = await request.app.state.client.get(f"{contract.upstream_url()}/items/{item_id}")
    if response.status_code == httpx.codes.NOT_FOUND:
        raise HTTPException(404)
    response.raise_for_status()
    return JSONResponse(contract.offer(response.json()))


ROUTES: dict[str, list[BaseRoute]] = {"upstream": [Route("/offers/{item_id:int}", offer)]}
