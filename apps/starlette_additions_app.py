# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "starlette", "itsdangerous", "opentelemetry-sdk", "sentry-sdk", "starlette-exporter", "slowapi",
# ]
#
# [tool.hotlap]
# title = "Starlette with an addition"
# documentation = "https://www.starlette.io/middleware/"
# notes = """
# The price list: json with one thing added, as its documentation says, in an environment that holds all of \
# them and imports the one that is asked for. Middleware in its fast form is pure ASGI. \
# Sessions are signed cookies. OpenTelemetry is Starlette's own middleware, with the SDK, a batch processor \
# and an exporter that drops; Sentry has a DSN and a transport that drops. Prometheus is \
# starlette-exporter, its metrics in a folder that workers share. Limits are slowapi's, by client, in \
# memory. The access log is a line of JSON by logging, into memory."""
# serialiser = "stdlib json (JSONResponse)"
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
# price-hooks = "Starlette has no hooks around a request: middleware is its way"
# "*" = "only for the price list: without an addition, it would be the same as starlette"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["starlette/applications.py::Starlette.__call__"]
# routing = [
#     "starlette/routing.py::Router.__call__",
#     "starlette/routing.py::Route.matches",
# ]
# response = ["starlette/responses.py::Response.__call__"]
# ///
"""Starlette with one thing added to ``json``: what each costs.

https://www.starlette.io/middleware/ (CORS, sessions, gzip and forms of middleware);
https://github.com/stephenhillier/starlette_exporter; https://slowapi.readthedocs.io.
"""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps import contract
from apps import contract_additions as additions
from apps.contract_additions import NONE, addition_path, broken_path, effects_path


async def message(_request: Request) -> Response:
    """Answer of all entries of the price list."""
    return JSONResponse({"message": contract.greeting()})


async def long_answer(_request: Request) -> Response:
    """Answer that is worth compressing."""
    return JSONResponse(additions.long_answer())


async def broken(_request: Request) -> Response:
    """Raise an exception that nobody expects."""
    raise RuntimeError("broken")


def effects(count: Callable[[], int]) -> Callable[[Request], Response]:
    """Make the endpoint that says what an addition did."""

    def tell(_request: Request) -> Response:
        return JSONResponse(additions.effects(count()))

    return tell


def create(addition: str, middleware: Sequence[Middleware] = (), *others: Route) -> Starlette:
    """Build ``json`` behind ``middleware``, with ``others`` beside it."""
    return Starlette(routes=[Route(addition_path(addition), message), *others], middleware=middleware)


def create_cors() -> Starlette:
    """Let in one other origin."""
    return create("cors", [Middleware(CORSMiddleware, allow_origins=[additions.ORIGIN])])


def create_sessions() -> Starlette:
    """Count visits in a session."""
    from starlette.middleware.sessions import SessionMiddleware

    async def message_and_visit(request: Request) -> Response:
        additions.visit(request.session)
        return await message(request)

    async def visits(request: Request) -> Response:
        return JSONResponse(additions.visits(request.session))

    return Starlette(
        routes=[
            Route(addition_path("sessions"), message_and_visit),
            Route(effects_path("sessions"), visits),
        ],
        middleware=[Middleware(SessionMiddleware, secret_key=additions.SESSION_SECRET)],
    )


def create_gzip() -> Starlette:
    """Compress what is long enough."""
    return create("gzip", [Middleware(GZipMiddleware)], Route(effects_path("gzip"), long_answer))


def create_middleware(layers: int) -> Starlette:
    """Add headers in the fast form."""
    from apps.starlette_layers import AddLayer

    name = "middleware" if layers == 1 else "middleware-2"
    return create(name, [Middleware(AddLayer, layer=layer) for layer in range(1, layers + 1)])


def create_base_middleware(layers: int) -> Starlette:
    """Add headers in the convenient form."""
    from apps.starlette_additions import DispatchLayer

    name = "base-middleware" if layers == 1 else "base-middleware-2"
    return create(name, [Middleware(DispatchLayer, layer=layer) for layer in range(1, layers + 1)])


def create_access_log() -> Starlette:
    """Log each request."""
    from apps import access_log
    from apps.starlette_additions import LogAccess

    shown = Route(effects_path("access-log"), effects(access_log.lines))
    return create("access-log", [Middleware(LogAccess)], shown)


def create_opentelemetry() -> Starlette:
    """Make a span of each request."""
    from starlette.middleware.opentelemetry import OpenTelemetryMiddleware

    from apps import dropped_spans

    shown = Route(effects_path("opentelemetry"), effects(dropped_spans.exported))
    return create("opentelemetry", [Middleware(OpenTelemetryMiddleware)], shown)


def create_sentry(addition: str) -> Starlette:
    """Report exceptions to Sentry, and with ``sentry-traces`` every request."""
    from apps import dropped_events

    dropped_events.switch_on(addition)
    shown = Route(effects_path(addition), effects(dropped_events.reported))
    return create(addition, (), shown, Route(broken_path(addition), broken))


def create_prometheus() -> Starlette:
    """Count and time each request."""
    additions.share_metrics()
    from starlette_exporter import PrometheusMiddleware, handle_metrics

    return create(
        "prometheus", [Middleware(PrometheusMiddleware)], Route(effects_path("prometheus"), handle_metrics)
    )


def create_rate_limit() -> Starlette:
    """Limit what a client may ask in a minute."""
    from slowapi import Limiter, _rate_limit_exceeded_handler
    from slowapi.errors import RateLimitExceeded

    from apps.starlette_additions import client_of

    limiter = Limiter(key_func=client_of)

    @limiter.limit(f"{additions.LIMIT_PER_MINUTE}/minute")
    async def limited(request: Request) -> Response:
        return await message(request)

    @limiter.limit("0/minute")
    async def refused(request: Request) -> Response:
        return await message(request)

    application = Starlette(
        routes=[Route(addition_path("rate-limit"), limited), Route(effects_path("rate-limit"), refused)],
        exception_handlers={RateLimitExceeded: _rate_limit_exceeded_handler},
    )
    application.state.limiter = limiter
    return application


app = create(NONE)

TARGETS: dict[str, Callable[[], Starlette]] = {
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


def __getattr__(name: str) -> Starlette:
    """Build the target that a server asks for."""
    if name in TARGETS:
        return TARGETS[name]()
    raise AttributeError(name)
