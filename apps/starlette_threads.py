"""Starlette: groups whose endpoints are plain functions, called in the pool of threads, or that compute.

https://www.starlette.io/threadpool/: an endpoint declared with ``def`` runs in a thread.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from apps import contract_threads as threads
from apps import pydantic_models as models


def message(_request: Request) -> Response:
    """Answer of ``json-sync``."""
    return JSONResponse({"message": threads.greeting()})


def delay(request: Request) -> Response:
    """Answer of ``delay-threadpool``, after that many milliseconds."""
    return JSONResponse(threads.blocked(models.DelayIn.model_validate(request.path_params).ms))


def cpu(request: Request) -> Response:
    """Answer of ``cpu``."""
    return JSONResponse(threads.computed(models.Cpu.model_validate(dict(request.query_params)).n))


async def cpu_inline(request: Request) -> Response:
    """Answer of ``cpu-inline``."""
    return JSONResponse(threads.computed_inline(models.Cpu.model_validate(dict(request.query_params)).n))


ROUTES: dict[str, list[BaseRoute]] = {
    "delay-threadpool": [Route("/delay-threadpool/{ms}", delay)],
    "cpu": [Route("/cpu", cpu)],
    "cpu-inline": [Route("/cpu-inline", cpu_inline)],
    "json-sync": [Route("/json-sync", message)],
}
