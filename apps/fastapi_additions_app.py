# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "fastapi", "starlette", "pydantic", "itsdangerous", "opentelemetry-sdk", "sentry-sdk",
#     "prometheus-fastapi-instrumentator", "slowapi",
# ]
#
# [tool.hotlap]
# title = "FastAPI with an addition"
# documentation = "https://fastapi.tiangolo.com/advanced/middleware/"
# notes = """
# The price list: json with one thing added, as its documentation says, in an environment that holds all of \
# them and imports the one that is asked for. Middleware in its fast form is pure ASGI. \
# Sessions are signed cookies. OpenTelemetry is FastAPI's own telemetry (spans of requests and of operations \
# within), with the SDK, a batch processor and an exporter that drops; Sentry has a DSN and a transport that \
# drops. Prometheus is prometheus-fastapi-instrumentator, its metrics in a folder that workers share. \
# Limits are slowapi's, by client, in memory. The access log is a line of JSON by logging, into memory."""
# serialiser = "pydantic (response model)"
# validator = "none: there is no input"
# default = false
# implements = [
#     "price-none", "price-cors", "price-sessions", "price-gzip", "price-middleware", "price-middleware-2",
#     "price-base-middleware", "price-base-middleware-2", "price-access-log", "price-opentelemetry",
#     "price-sentry", "price-sentry-traces", "price-prometheus", "price-rate-limit",
# ]
#
# [tool.hotlap.targets.asgi]
# default = "app"
# price-none = "app"
# price-cors = "app_cors"
# price-sessions = "app_sessions"
# price-gzip = "app_gzip"
# price-middleware = "app_middleware"
# price-middleware-2 = "app_middleware_2"
# price-base-middleware = "app_base_middleware"
# price-base-middleware-2 = "app_base_middleware_2"
# price-access-log = "app_access_log"
# price-opentelemetry = "app_opentelemetry"
# price-sentry = "app_sentry"
# price-sentry-traces = "app_sentry_traces"
# price-prometheus = "app_prometheus"
# price-rate-limit = "app_rate_limit"
#
# [tool.hotlap.not-applicable]
# price-hooks = "FastAPI has no hooks around a request: middleware is its way"
# "*" = "only for the price list: without an addition, it would be the same as fastapi"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["fastapi/applications.py::FastAPI.__call__"]
# routing = [
#     "fastapi/routing.py::APIRoute.matches",
#     "fastapi/routing.py::APIRoute.handle",
# ]
# "input and validation" = ["fastapi/dependencies/utils.py::solve_dependencies"]
# serialisation = ["fastapi/routing.py::serialize_response"]
# ///
"""FastAPI with one thing added to ``json``: what each costs.

https://fastapi.tiangolo.com/tutorial/cors/; https://fastapi.tiangolo.com/advanced/middleware/;
https://fastapi.tiangolo.com/tutorial/middleware/;
https://github.com/trallnag/prometheus-fastapi-instrumentator;
https://slowapi.readthedocs.io.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from pydantic import BaseModel

from apps import contract
from apps import contract_additions as additions
from apps.contract_additions import NONE, addition_path, broken_path, effects_path


class Message(BaseModel):
    """Answer of all entries of the price list."""

    message: str


async def message() -> Message:
    """Answer of all entries of the price list."""
    return Message(message=contract.greeting())


async def long_answer() -> dict[str, Any]:
    """Answer that is worth compressing."""
    return additions.long_answer()


async def broken() -> None:
    """Raise an exception that nobody expects."""
    raise RuntimeError("broken")


def create(addition: str) -> FastAPI:
    """Build ``json``."""
    application = FastAPI()
    application.get(addition_path(addition))(message)
    return application


def show_effects(application: FastAPI, addition: str, count: Callable[[], int]) -> None:
    """Let ``application`` say what the addition did."""

    def tell() -> dict[str, Any]:
        return additions.effects(count())

    application.get(effects_path(addition))(tell)


def create_cors() -> FastAPI:
    """Let in one other origin."""
    application = create("cors")
    application.add_middleware(CORSMiddleware, allow_origins=[additions.ORIGIN])
    return application


def create_sessions() -> FastAPI:
    """Count visits in a session."""
    from starlette.middleware.sessions import SessionMiddleware

    async def message_and_visit(request: Request) -> Message:
        additions.visit(request.session)
        return await message()

    async def visits(request: Request) -> dict[str, Any]:
        return additions.visits(request.session)

    application = FastAPI()
    application.add_middleware(SessionMiddleware, secret_key=additions.SESSION_SECRET)
    application.get(addition_path("sessions"))(message_and_visit)
    application.get(effects_path("sessions"))(visits)
    return application


def create_gzip() -> FastAPI:
    """Compress what is long enough."""
    application = create("gzip")
    application.add_middleware(GZipMiddleware)
    application.get(effects_path("gzip"))(long_answer)
    return application


def create_middleware(layers: int) -> FastAPI:
    """Add headers in the fast form."""
    from apps.starlette_layers import AddLayer

    application = create("middleware" if layers == 1 else "middleware-2")
    for layer in range(1, layers + 1):
        application.add_middleware(AddLayer, layer=layer)
    return application


def create_base_middleware(layers: int) -> FastAPI:
    """Add headers in the convenient form."""
    from apps.starlette_additions import DispatchLayer

    application = create("base-middleware" if layers == 1 else "base-middleware-2")
    for layer in range(1, layers + 1):
        application.add_middleware(DispatchLayer, layer=layer)
    return application


def create_access_log() -> FastAPI:
    """Log each request."""
    from apps import access_log
    from apps.starlette_additions import LogAccess

    application = create("access-log")
    application.add_middleware(LogAccess)
    show_effects(application, "access-log", access_log.lines)
    return application


def create_opentelemetry() -> FastAPI:
    """Make spans of each request: FastAPI does so by itself where there is a provider."""
    from apps import dropped_spans

    application = create("opentelemetry")
    show_effects(application, "opentelemetry", dropped_spans.exported)
    return application


def create_sentry(addition: str) -> FastAPI:
    """Report exceptions to Sentry, and with ``sentry-traces`` every request."""
    from apps import dropped_events

    dropped_events.switch_on(addition)
    application = create(addition)
    show_effects(application, addition, dropped_events.reported)
    application.get(broken_path(addition))(broken)
    return application


def create_prometheus() -> FastAPI:
    """Count and time each request."""
    additions.share_metrics()
    from prometheus_fastapi_instrumentator import Instrumentator

    application = create("prometheus")
    Instrumentator().instrument(application).expose(application, endpoint=effects_path("prometheus"))
    return application


def create_rate_limit() -> FastAPI:
    """Limit what a client may ask in a minute."""
    from slowapi import Limiter, _rate_limit_exceeded_handler
    from slowapi.errors import RateLimitExceeded

    from apps.starlette_additions import client_of

    limiter = Limiter(key_func=client_of)

    @limiter.limit(f"{additions.LIMIT_PER_MINUTE}/minute")
    async def limited(request: Request) -> Message:  # noqa: ARG001 - the limiter reads it
        return await message()

    @limiter.limit("0/minute")
    async def refused(request: Request) -> Message:  # noqa: ARG001 - the limiter reads it
        return await message()

    application = FastAPI()
    application.state.limiter = limiter
    application.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
    application.get(addition_path("rate-limit"))(limited)
    application.get(effects_path("rate-limit"))(refused)
    return application


app = create(NONE)

TARGETS: dict[str, Callable[[], FastAPI]] = {
    "app_cors": create_cors,
    "app_sessions": create_sessions,
    "app_gzip": create_gzip,
    "app_middleware": lambda: create_middleware(1),
    "app_middleware_2": lambda: create_middleware(2),
    "app_base_middleware": lambda: create_base_middleware(1),
    "app_base_middleware_2": lambda: create_base_middleware(2),
    "app_access_log": create_access_log,
    "app_opentelemetry": create_opentelemetry,
    "app_sentry": lambda: create_sentry("sentry"),
    "app_sentry_traces": lambda: create_sentry("sentry-traces"),
    "app_prometheus": create_prometheus,
    "app_rate_limit": create_rate_limit,
}
"""Builders of targets: one runs in a process, and imports what it adds."""


def __getattr__(name: str) -> FastAPI:
    """Build the target that a server asks for."""
    if name in TARGETS:
        return TARGETS[name]()
    raise AttributeError(name)
