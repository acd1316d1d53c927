"""Starlette: applications of another shape, with middleware, built of parts, or whose endpoints fail.

https://www.starlette.io/middleware/; https://www.starlette.io/routing/#submounting-routes;
https://www.starlette.io/exceptions/#errors-and-handled-exceptions.
"""

from collections.abc import Awaitable, Callable
from logging.config import dictConfig

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from apps import contract, contract_errors
from apps import contract_targets as targets
from apps.starlette_layers import AddLayer


async def message(_request: Request) -> Response:
    """Answer of ``middleware`` and ``middleware-none``."""
    return JSONResponse({"message": contract.greeting()})


def create_layered(layers: int) -> Starlette:
    """Build an application of one route behind so many middlewares."""
    return Starlette(
        routes=[Route(targets.layers_path(layers), message)],
        middleware=[Middleware(AddLayer, layer=layer) for layer in range(1, layers + 1)],
    )


def part_route(part: int, route: int) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of one route of a part."""

    async def answer(_request: Request) -> Response:
        return JSONResponse(targets.part_answer(part, route))

    return answer


def create_part(part: int) -> Mount:
    """Mount the routes of a part under its prefix."""
    routes = range(targets.PART_ROUTES)
    return Mount(
        targets.part_prefix(part),
        routes=[Route(targets.part_path(route), part_route(part, route)) for route in routes],
    )


async def share(request: Request) -> Response:
    """Answer of ``errors`` where it is one."""
    return JSONResponse(contract_errors.share(request.path_params["n"]))


async def internal_error(_request: Request, _error: Exception) -> Response:
    """Answer of ``errors`` to an exception, which is raised again behind the answer: the server logs it."""
    return JSONResponse(contract_errors.internal_error(), status_code=500)


def create_errors() -> Starlette:
    """Build the application whose endpoints may fail."""
    dictConfig(contract_errors.logging_config())
    return Starlette(routes=[Route("/errors/{n:int}", share)], exception_handlers={Exception: internal_error})


TARGETS: dict[str, Callable[[], Starlette]] = {
    "app_middleware": lambda: create_layered(targets.LAYERS),
    "app_middleware_none": lambda: create_layered(0),
    "app_include": lambda: Starlette(routes=[create_part(part) for part in range(targets.PARTS)]),
    "app_errors": create_errors,
}
