"""FastAPI's path operation over another service: one client of httpx, open as long as the app lives.

After https://fastapi.tiangolo.com/advanced/events/ and https://www.python-httpx.org/async/.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel

from apps import contract_client as contract

LIMITS = httpx.Limits(max_connections=contract.CONNECTIONS, max_keepalive_connections=contract.CONNECTIONS)


class Offer(BaseModel):
    """Answer of ``upstream``."""

    id: int
    name: str
    price_cents: int
    taxed_cents: int


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the client before the first request, close it behind the last."""
    async with httpx.AsyncClient(limits=LIMITS, timeout=contract.TIMEOUT_S) as client:
        app.state.client = client
        yield


async def current_client(request: Request) -> httpx.AsyncClient:
    """Provide the client."""
    client: httpx.AsyncClient = request.app.state.client
    return client


ROUTERS = {"upstream": APIRouter()}


@ROUTERS["upstream"].get("/offers/{item_id}", response_model=Offer)
async def offer(
    item_id: int, client: Annotated[httpx.AsyncClient, Depends(current_client)]
) -> dict[str, Any]:
    """Answer of ``upstream``."""
    response = await client.get(f"{contract.upstream_url()}/items/{item_id}")
    if response.status_code == httpx.codes.NOT_FOUND:
        raise HTTPException(404)
    response.raise_for_status()
    return contract.offer(response.json())
