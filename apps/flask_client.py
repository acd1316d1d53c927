"""Flask's view over another service: one client of httpx in each worker, which its threads share.

After https://www.python-httpx.org/advanced/clients/.
"""

import httpx
from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from apps import contract_client as contract

BLUEPRINTS = {"upstream": Blueprint("upstream", __name__)}
client = httpx.Client(
    limits=httpx.Limits(max_connections=contract.CONNECTIONS, max_keepalive_connections=contract.CONNECTIONS),
    timeout=contract.TIMEOUT_S,
)


@BLUEPRINTS["upstream"].get("/offers/<int:item_id>")
def offer(item_id: int) -> ResponseReturnValue:
    """Answer of ``upstream``."""
    response = client.get(f"{contract.upstream_url()}/items/{item_id}")
    if response.status_code == httpx.codes.NOT_FOUND:
        abort(404)
    response.raise_for_status()
    return contract.offer(response.json())
