"""Starlette's middleware in its fast form, pure ASGI, for its app and that of FastAPI.

https://www.starlette.io/middleware/#pure-asgi-middleware
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.contract_targets import layer_header


class AddLayer:
    """Lets a request through and adds the header of its layer to the answer."""

    def __init__(self, app: ASGIApp, layer: int) -> None:
        self.app = app
        self.layer = layer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a lifespan or a WebSocket goes through as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append(*layer_header(self.layer))
            await send(message)

        await self.app(scope, receive, send_with_header)
