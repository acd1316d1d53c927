"""Litestar's controller over another service: one client of httpx in the application's state.

After https://docs.litestar.dev/latest/usage/applications.html (lifespan context managers, application state)
and https://www.python-httpx.org/async/.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from litestar import Controller, Litestar, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from apps import contract_client as contract

logging.getLogger("httpx").setLevel(
    logging.WARNING
)  # Litestar logs from INFO on; no other app logs its calls
LIMITS = httpx.Limits(max_connections=contract.CONNECTIONS, max_keepalive_connections=contract.CONNECTIONS)


class Offer(Struct):
    """Answer of ``upstream``."""

    id: int
    name: str
    price_cents: int
    taxed_cents: int


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Open the client before the first request, close it behind the last."""
    async with httpx.AsyncClient(limits=LIMITS, timeout=contract.TIMEOUT_S) as client:
        app.state.client = client
        yield


class OffersController(Controller):
    """Group ``upstream``."""

    @get("/offers/{item_id:int}")
    async def offer(self, item_id: FromPath[int], state: State) -> Offer:
        """Answer of ``upstream``."""
        response = await state.client.get(f"{contract.upstream_url()}/items/{item_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFoundException
        response.raise_for_status()
        return Offer(**contract.offer(response.json()))


CONTROLLERS: dict[str, type[Controller]] = {"upstream": OffersController}
