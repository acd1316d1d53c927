"""FastAPI: applications of another shape, with middleware, built of parts, or whose handlers fail.

https://fastapi.tiangolo.com/advanced/middleware/, of which the fast form is Starlette's pure ASGI middleware;
https://fastapi.tiangolo.com/tutorial/bigger-applications/; https://fastapi.tiangolo.com/tutorial/handling-errors/.
"""

from collections.abc import Awaitable, Callable
from logging.config import dictConfig

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from apps import contract, contract_errors
from apps import contract_targets as targets
from apps import pydantic_models as models
from apps.starlette_layers import AddLayer


async def message() -> models.Message:
    """Answer of ``middleware`` and ``middleware-none``."""
    return models.Message(message=contract.greeting())


def create_layered(layers: int) -> FastAPI:
    """Build an application of one route behind so many middlewares."""
    application = FastAPI()
    application.get(targets.layers_path(layers))(message)
    for layer in range(1, layers + 1):
        application.add_middleware(AddLayer, layer=layer)
    return application


def part_route(part: int, route: int) -> Callable[[], Awaitable[models.RouteAnswer]]:
    """Make the path operation of one route of a part."""

    async def answer() -> models.RouteAnswer:
        return models.RouteAnswer.model_validate(targets.part_answer(part, route))

    return answer


def create_include() -> FastAPI:
    """Build the application of parts, each of which is a router with a prefix."""
    application = FastAPI()
    for part in range(targets.PARTS):
        router = APIRouter(prefix=targets.part_prefix(part))
        for route in range(targets.PART_ROUTES):
            router.get(targets.part_path(route))(part_route(part, route))
        application.include_router(router)
    return application


async def share(n: int) -> models.Share:
    """Answer of ``errors`` where it is one."""
    return models.Share(**contract_errors.share(n))


async def internal_error(_request: Request, _error: Exception) -> JSONResponse:
    """Answer of ``errors`` to an exception, which is raised again behind the answer: the server logs it."""
    return JSONResponse(contract_errors.internal_error(), status_code=500)


def create_errors() -> FastAPI:
    """Build the application whose handlers may fail."""
    dictConfig(contract_errors.logging_config())
    application = FastAPI()
    application.get("/errors/{n}")(share)
    application.exception_handler(Exception)(internal_error)
    return application


TARGETS: dict[str, Callable[[], FastAPI]] = {
    "app_middleware": lambda: create_layered(targets.LAYERS),
    "app_middleware_none": lambda: create_layered(0),
    "app_include": create_include,
    "app_errors": create_errors,
}
