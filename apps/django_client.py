"""Django's views over another service: one client of httpx in each process, synchronous or asynchronous.

After https://www.python-httpx.org/advanced/clients/ and https://docs.djangoproject.com/en/5.2/topics/async/.
"""

from functools import cache

import httpx
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from apps import contract_client as contract

LIMITS = httpx.Limits(max_connections=contract.CONNECTIONS, max_keepalive_connections=contract.CONNECTIONS)


@cache
def client() -> httpx.Client:
    """Make the client of this process at its first request."""
    return httpx.Client(limits=LIMITS, timeout=contract.TIMEOUT_S)


@cache
def async_client() -> httpx.AsyncClient:
    """Make the same for the event loop: Django's ASGI handler has no lifespan."""
    return httpx.AsyncClient(limits=LIMITS, timeout=contract.TIMEOUT_S)


def answer(response: httpx.Response) -> HttpResponse:
    """Answer with what the upstream said."""
    if response.status_code == httpx.codes.NOT_FOUND:
        raise Http404
    response.raise_for_status()
    return JsonResponse(contract.offer(response.json()))


@require_GET
def offer(_request: HttpRequest, item_id: int) -> HttpResponse:
    """Answer of ``upstream`` under WSGI."""
    return answer(client().get(f"{contract.upstream_url()}/items/{item_id}"))


@require_GET
async def offer_async(_request: HttpRequest, item_id: int) -> HttpResponse:
    """Answer of ``upstream`` under ASGI."""
    return answer(await async_client().get(f"{contract.upstream_url()}/items/{item_id}"))


ROUTES = {"upstream": [("offers/<int:item_id>", offer)]}
AWAITING = {offer: offer_async}
