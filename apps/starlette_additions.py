"""What the price list adds to Starlette and FastAPI in the same way, as the documentation of either says.

https://www.starlette.io/middleware/#basehttpmiddleware;
https://www.starlette.io/middleware/#pure-asgi-middleware.
"""

import time

from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps import access_log
from apps import contract_additions as additions
from apps.contract_targets import layer_header


class DispatchLayer(BaseHTTPMiddleware):
    """Lets a request through and adds the header of its layer to the answer, in the convenient form."""

    def __init__(self, app: ASGIApp, layer: int) -> None:
        super().__init__(app)
        self.layer = layer

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Serve one request."""
        response = await call_next(request)
        response.headers.append(*layer_header(self.layer))
        return response


class LogAccess:
    """Logs each request behind its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a lifespan goes through as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun_s, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            access_log.log(scope["method"], scope["path"], status, begun_s)


def client_of(request: Request) -> str:
    """Whose requests are limited together."""
    return request.headers.get(additions.CLIENT_HEADER, "")
