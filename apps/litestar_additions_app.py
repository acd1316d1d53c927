# /// script
# requires-python = ">=3.11"
# dependencies = ["litestar[cryptography,opentelemetry,prometheus]", "msgspec", "sentry-sdk"]
#
# [tool.hotlap]
# title = "Litestar with an addition"
# documentation = "https://docs.litestar.dev/2/usage/middleware/"
# notes = """
# The price list: json with one thing added, as its documentation says, in an environment that holds all of \
# them and imports the one that is asked for. Middleware in its fast form is ASGIMiddleware; hooks are one \
# before and one behind each request. Sessions are encrypted cookies. \
# OpenTelemetry is Litestar's plugin (a span of the request, one of each message that is received or sent), \
# with the SDK, a batch processor and an exporter that drops; Sentry has a DSN and a transport that drops. \
# Prometheus is Litestar's plugin, its metrics in a folder that workers share. Limits are Litestar's own, by \
# client, in memory; they keep the time of every request within the second. \
# The access log is a line of JSON by logging, into memory."""
# serialiser = "msgspec"
# validator = "none: there is no input"
# default = false
# implements = [
#     "price-none", "price-cors", "price-sessions", "price-gzip", "price-middleware", "price-middleware-2",
#     "price-hooks", "price-access-log", "price-opentelemetry",
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
# price-hooks = "app_hooks"
# price-access-log = "app_access_log"
# price-opentelemetry = "app_opentelemetry"
# price-sentry = "app_sentry"
# price-sentry-traces = "app_sentry_traces"
# price-prometheus = "app_prometheus"
# price-rate-limit = "app_rate_limit"
#
# [tool.hotlap.not-applicable]
# price-base-middleware = "BaseHTTPMiddleware is Starlette's: Litestar has ASGI middleware and hooks"
# price-base-middleware-2 = "BaseHTTPMiddleware is Starlette's: Litestar has ASGI middleware and hooks"
# "*" = "only for the price list: without an addition, it would be the same as litestar"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["litestar/app.py::Litestar.__call__"]
# routing = [
#     "litestar/_asgi/asgi_router.py::ASGIRouter.__call__",
#     "litestar/routes/http.py::HTTPRoute.handle",
# ]
# serialisation = ["litestar/serialization/msgspec_hooks.py::encode_json"]
# response = ["litestar/response/base.py::ASGIResponse.__call__"]
# ///
"""Litestar with one thing added to ``json``: what each costs.

https://docs.litestar.dev/2/usage/middleware/builtin-middleware.html;
https://docs.litestar.dev/2/usage/middleware/creating-middleware.html;
https://docs.litestar.dev/2/usage/lifecycle-hooks.html;
https://docs.litestar.dev/2/usage/metrics/open-telemetry.html;
https://docs.litestar.dev/2/usage/metrics/prometheus.html.
"""

from collections.abc import Callable
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.config.compression import CompressionConfig
from litestar.config.cors import CORSConfig
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from apps import contract
from apps import contract_additions as additions
from apps.contract_additions import NONE, addition_path, broken_path, effects_path
from apps.contract_targets import layer_header


class Message(Struct):
    """Answer of all entries of the price list."""

    message: str


def message_at(addition: str) -> HTTPRouteHandler:
    """Make the handler that is timed."""

    @get(addition_path(addition))
    async def message() -> Message:
        return Message(message=contract.greeting())

    return message


def effects_at(addition: str, count: Callable[[], int]) -> HTTPRouteHandler:
    """Make the handler that says what an addition did."""

    @get(effects_path(addition), sync_to_thread=True)
    def tell() -> dict[str, Any]:
        return additions.effects(count())

    return tell


def create_cors() -> Litestar:
    """Let in one other origin."""
    return Litestar([message_at("cors")], cors_config=CORSConfig(allow_origins=[additions.ORIGIN]))


def create_sessions() -> Litestar:
    """Count visits in a session."""
    from litestar.middleware.session.client_side import CookieBackendConfig

    @get(addition_path("sessions"))
    async def message_and_visit(request: Request) -> Message:
        additions.visit(request.session)
        return Message(message=contract.greeting())

    @get(effects_path("sessions"))
    async def visits(request: Request) -> dict[str, Any]:
        return additions.visits(request.session)

    config = CookieBackendConfig(secret=additions.SESSION_SECRET.encode())
    return Litestar([message_and_visit, visits], middleware=[config.middleware])


def create_gzip() -> Litestar:
    """Compress what is long enough."""

    @get(effects_path("gzip"))
    async def long_answer() -> dict[str, Any]:
        return additions.long_answer()

    return Litestar([message_at("gzip"), long_answer], compression_config=CompressionConfig(backend="gzip"))


def create_middleware(layers: int) -> Litestar:
    """Add headers in the fast form."""
    from apps.litestar_targets import AddLayer

    name = "middleware" if layers == 1 else "middleware-2"
    return Litestar([message_at(name)], middleware=[AddLayer(layer) for layer in range(1, layers + 1)])


async def note_layer(request: Request) -> None:
    """Before a request: remember what is to be added."""
    request.state.layer = layer_header(1)


async def add_layer(response: Response) -> Response:
    """Behind a request: add the header of the first layer."""
    response.set_header(*layer_header(1))
    return response


def create_access_log() -> Litestar:
    """Log each request."""
    from apps import access_log
    from apps.litestar_access_log import LogAccess

    handlers = [message_at("access-log"), effects_at("access-log", access_log.lines)]
    return Litestar(handlers, middleware=[LogAccess()])


def create_opentelemetry() -> Litestar:
    """Make spans of each request."""
    from litestar.plugins.opentelemetry import OpenTelemetryConfig, OpenTelemetryPlugin

    from apps import dropped_spans

    handlers = [message_at("opentelemetry"), effects_at("opentelemetry", dropped_spans.exported)]
    return Litestar(handlers, plugins=[OpenTelemetryPlugin(OpenTelemetryConfig())])


def create_sentry(addition: str) -> Litestar:
    """Report exceptions to Sentry, and with ``sentry-traces`` every request."""
    from apps import dropped_events

    @get(broken_path(addition))
    async def broken() -> str:
        raise RuntimeError("broken")

    dropped_events.switch_on(addition)
    return Litestar([message_at(addition), effects_at(addition, dropped_events.reported), broken])


def create_prometheus() -> Litestar:
    """Count and time each request."""
    additions.share_metrics()
    from litestar.plugins.prometheus import PrometheusConfig, PrometheusController

    class Metrics(PrometheusController):
        path = effects_path("prometheus")

    return Litestar([message_at("prometheus"), Metrics], middleware=[PrometheusConfig().middleware])


def client_of(request: Request[Any, Any, Any]) -> str:
    """Whose requests are limited together."""
    return request.headers.get(additions.CLIENT_HEADER, "")


def create_rate_limit() -> Litestar:
    """Limit what a client may ask in a second: the times of all its requests within are kept."""
    from litestar.middleware.rate_limit import RateLimitConfig

    refusal = RateLimitConfig(rate_limit=("second", 0), identifier_for_request=client_of)

    @get(effects_path("rate-limit"), middleware=[refusal.middleware])
    async def refused() -> Message:
        return Message(message=contract.greeting())

    per_second = additions.LIMIT_PER_MINUTE // 60
    limit = RateLimitConfig(rate_limit=("second", per_second), identifier_for_request=client_of)
    return Litestar([message_at("rate-limit"), refused], middleware=[limit.middleware])


app = Litestar([message_at(NONE)])

TARGETS: dict[str, Callable[[], Litestar]] = {
    "app_cors": create_cors,
    "app_sessions": create_sessions,
    "app_gzip": create_gzip,
    "app_middleware": lambda: create_middleware(1),
    "app_middleware_2": lambda: create_middleware(2),
    "app_hooks": lambda: Litestar([message_at("hooks")], before_request=note_layer, after_request=add_layer),
    "app_access_log": create_access_log,
    "app_opentelemetry": create_opentelemetry,
    "app_sentry": lambda: create_sentry("sentry"),
    "app_sentry_traces": lambda: create_sentry("sentry-traces"),
    "app_prometheus": create_prometheus,
    "app_rate_limit": create_rate_limit,
}
"""Builders of targets: one runs in a process, and imports what it adds."""


def __getattr__(name: str) -> Litestar:
    """Build the target that a server asks for."""
    if name in TARGETS:
        return TARGETS[name]()
    raise AttributeError(name)
