"""Litestar: applications of another shape, with many routes, middleware or parts, or whose handlers fail.

https://docs.litestar.dev/2/usage/middleware/creating-middleware.html (ASGIMiddleware);
https://docs.litestar.dev/2/usage/routing/overview.html; https://docs.litestar.dev/2/usage/exceptions.html;
https://docs.litestar.dev/2/usage/logging.html.
"""

from collections.abc import Callable

from litestar import Litestar, Request, Response, Router, get
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.logging import LoggingConfig
from litestar.middleware import ASGIMiddleware
from litestar.params import FromPath
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

from apps import contract, contract_errors
from apps import contract_targets as targets


class Greeting(Struct):
    """Answer of ``middleware`` and ``middleware-none``."""

    message: str


class RouteAnswer(Struct):
    """Answer of a static route of the routing target, and of a route of a part."""

    route: int
    message: str


class Thing(Struct):
    """Answer of the dynamic route of the routing target."""

    thing_id: int


class Share(Struct):
    """Answer of ``errors`` where it is one."""

    n: int
    share: int


def static(index: int) -> HTTPRouteHandler:
    """Make the handler of one static route of the routing target."""

    @get(contract.route_path(index))
    async def route() -> RouteAnswer:
        return RouteAnswer(**contract.route_answer(index))

    return route


@get(contract.DYNAMIC_PREFIX + "{thing_id:int}")
async def thing(thing_id: FromPath[int]) -> Thing:
    """Answer of the dynamic route of the routing target."""
    return Thing(**contract.thing_answer(thing_id))


def create_routing() -> Litestar:
    """Build the application of the routing target."""
    indices = range(contract.ROUTES_TOTAL)
    return Litestar([thing if index == contract.DYNAMIC_INDEX else static(index) for index in indices])


class AddLayer(ASGIMiddleware):
    """Lets a request through and adds the header of its layer to the answer."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, layer: int) -> None:
        self.layer = layer

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Call the next layer, adding a header to the start of what it sends."""

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message).add(*targets.layer_header(self.layer))
            await send(message)

        await next_app(scope, receive, send_with_header)


def create_layered(layers: int) -> Litestar:
    """Build an application of one route behind so many middlewares."""

    @get(targets.layers_path(layers))
    async def message() -> Greeting:
        return Greeting(message=contract.greeting())

    return Litestar([message], middleware=[AddLayer(layer) for layer in range(1, layers + 1)])


def part_route(part: int, route: int) -> HTTPRouteHandler:
    """Make the handler of one route of a part."""

    @get(targets.part_path(route))
    async def answer() -> RouteAnswer:
        return RouteAnswer(**targets.part_answer(part, route))

    return answer


def create_part(part: int) -> Router:
    """Make the router of a part, with its prefix."""
    handlers = [part_route(part, route) for route in range(targets.PART_ROUTES)]
    return Router(path=targets.part_prefix(part), route_handlers=handlers)


@get("/errors/{n:int}")
async def share(n: FromPath[int]) -> Share:
    """Answer of ``errors`` where it is one."""
    return Share(**contract_errors.share(n))


def internal_error(_request: Request, _error: Exception) -> Response[dict[str, object]]:
    """Answer of ``errors`` to an exception, which Litestar has logged before."""
    return Response(contract_errors.internal_error(), status_code=500)


def create_errors() -> Litestar:
    """Build the application whose handlers may fail."""
    config = contract_errors.logging_config()
    return Litestar(
        [share],
        exception_handlers={500: internal_error},
        logging_config=LoggingConfig(
            handlers=config["handlers"],
            root=config["root"],
            loggers={**config["loggers"], "litestar": {"propagate": True}},
            log_exceptions="always",
            disable_stack_trace={404, 405},
        ),
    )


TARGETS: dict[str, Callable[[], Litestar]] = {
    "app_routing": create_routing,
    "app_middleware": lambda: create_layered(targets.LAYERS),
    "app_middleware_none": lambda: create_layered(0),
    "app_include": lambda: Litestar([create_part(part) for part in range(targets.PARTS)]),
    "app_errors": create_errors,
}
