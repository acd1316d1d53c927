"""The access log of the price list in Litestar's form of middleware.

https://docs.litestar.dev/2/usage/middleware/creating-middleware.html
"""

import time

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from apps import access_log


class LogAccess(ASGIMiddleware):
    """Logs each request behind its answer."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Call the next layer, noting the status that it sends."""
        begun_s, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await next_app(scope, receive, send_and_note)
        finally:
            access_log.log(scope["method"], scope["path"], status, begun_s)
