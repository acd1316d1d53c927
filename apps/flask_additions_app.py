# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "flask", "flask-cors", "flask-compress", "flask-limiter", "opentelemetry-sdk",
#     "opentelemetry-instrumentation-flask", "sentry-sdk", "prometheus-flask-exporter",
# ]
#
# [tool.hotlap]
# title = "Flask with an addition"
# documentation = "https://flask.palletsprojects.com/en/stable/"
# notes = """
# The price list: json with one thing added, as its documentation says, in an environment that holds all of \
# them and imports the one that is asked for. Middleware in its fast form is WSGI's, around wsgi_app; \
# hooks are one before and one behind each request. CORS is Flask-CORS, compression Flask-Compress, \
# sessions are Flask's signed cookies. OpenTelemetry is its instrumentation of Flask, with the SDK, a batch \
# processor and an exporter that drops; Sentry has a DSN and a transport that drops. Prometheus is \
# prometheus-flask-exporter, its metrics in a folder that workers share. \
# Limits are Flask-Limiter's, by client, in memory. The access log is a line of \
# JSON by logging, into memory."""
# serialiser = "stdlib json (Flask's provider)"
# validator = "none: there is no input"
# default = false
# implements = [
#     "price-none", "price-cors", "price-sessions", "price-gzip", "price-middleware", "price-middleware-2",
#     "price-hooks", "price-access-log", "price-opentelemetry",
#     "price-sentry", "price-sentry-traces", "price-prometheus", "price-rate-limit",
# ]
#
# [tool.hotlap.targets.wsgi]
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
# price-base-middleware = "BaseHTTPMiddleware is Starlette's: Flask has WSGI middleware and hooks"
# price-base-middleware-2 = "BaseHTTPMiddleware is Starlette's: Flask has WSGI middleware and hooks"
# "*" = "only for the price list: without an addition, it would be the same as flask"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["flask/app.py::Flask.__call__"]
# routing = [
#     "flask/app.py::Flask.full_dispatch_request",
#     "werkzeug/routing/map.py::MapAdapter.match",
# ]
# serialisation = ["flask/json/provider.py::DefaultJSONProvider.dumps"]
# response = [
#     "flask/app.py::Flask.finalize_request",
#     "werkzeug/wrappers/response.py::Response.__call__",
# ]
# ///
"""Flask with one thing added to ``json``: what each costs.

https://flask.palletsprojects.com/en/stable/quickstart/ (sessions, WSGI middleware);
https://flask.palletsprojects.com/en/stable/lifecycle/; https://flask-cors.readthedocs.io;
https://github.com/colour-science/flask-compress; https://flask-limiter.readthedocs.io;
https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/flask/flask.html;
https://github.com/rycus86/prometheus_flask_exporter.
"""

import time
from collections.abc import Callable

from flask import Flask, Response, g, request, session
from flask.typing import ResponseReturnValue

from apps import contract
from apps import contract_additions as additions
from apps.contract_additions import NONE, addition_path, broken_path, effects_path
from apps.contract_targets import layer_header


def message() -> ResponseReturnValue:
    """Answer of all entries of the price list."""
    return {"message": contract.greeting()}


def long_answer() -> ResponseReturnValue:
    """Answer that is worth compressing."""
    return additions.long_answer()


def broken() -> ResponseReturnValue:
    """Raise an exception that nobody expects."""
    raise RuntimeError("broken")


def create(addition: str) -> Flask:
    """Build ``json``."""
    application = Flask(__name__)
    application.add_url_rule(addition_path(addition), view_func=message)
    return application


def show_effects(application: Flask, addition: str, count: Callable[[], int]) -> None:
    """Let ``application`` say what the addition did."""

    def tell() -> ResponseReturnValue:
        return additions.effects(count())

    application.add_url_rule(effects_path(addition), view_func=tell)


def create_cors() -> Flask:
    """Let in one other origin."""
    from flask_cors import CORS

    application = create("cors")
    CORS(application, origins=[additions.ORIGIN])
    return application


def message_and_visit() -> ResponseReturnValue:
    """Answer of all entries, which counts visits."""
    additions.visit(session)
    return message()


def visits() -> ResponseReturnValue:
    """How often the session has been here."""
    return additions.visits(session)


def create_sessions() -> Flask:
    """Count visits in a session."""
    application = Flask(__name__)
    application.secret_key = additions.SESSION_SECRET
    application.add_url_rule(addition_path("sessions"), view_func=message_and_visit)
    application.add_url_rule(effects_path("sessions"), view_func=visits)
    return application


def create_gzip() -> Flask:
    """Compress what is long enough."""
    from flask_compress import Compress

    application = create("gzip")
    Compress(application)
    application.add_url_rule(effects_path("gzip"), view_func=long_answer)
    return application


def create_middleware(layers: int) -> Flask:
    """Add headers around the application."""
    from apps.flask_targets import AddLayer

    application = create("middleware" if layers == 1 else "middleware-2")
    for layer in range(1, layers + 1):
        application.wsgi_app = AddLayer(application.wsgi_app, layer)  # type: ignore[method-assign]
    return application


def note_layer() -> None:
    """Before a request: remember what is to be added."""
    g.layer = layer_header(1)


def add_layer(response: Response) -> Response:
    """Behind a request: add the header of the first layer."""
    response.headers.add(*g.layer)
    return response


def create_hooks() -> Flask:
    """Add a header by hooks."""
    application = create("hooks")
    application.before_request(note_layer)
    application.after_request(add_layer)
    return application


def create_access_log() -> Flask:
    """Log each request."""
    from apps import access_log

    def begin() -> None:
        g.begun_s = time.perf_counter()

    def log(response: Response) -> Response:
        access_log.log(request.method, request.path, response.status_code, g.begun_s)
        return response

    application = create("access-log")
    application.before_request(begin)
    application.after_request(log)
    show_effects(application, "access-log", access_log.lines)
    return application


def create_opentelemetry() -> Flask:
    """Make a span of each request."""
    from opentelemetry.instrumentation.flask import FlaskInstrumentor

    from apps import dropped_spans

    application = create("opentelemetry")
    FlaskInstrumentor().instrument_app(application)
    show_effects(application, "opentelemetry", dropped_spans.exported)
    return application


def create_sentry(addition: str) -> Flask:
    """Report exceptions to Sentry, and with ``sentry-traces`` every request."""
    from apps import dropped_events

    dropped_events.switch_on(addition)
    application = create(addition)
    show_effects(application, addition, dropped_events.reported)
    application.add_url_rule(broken_path(addition), view_func=broken)
    return application


def create_prometheus() -> Flask:
    """Count and time each request."""
    additions.share_metrics()
    from prometheus_flask_exporter.multiprocess import MultiprocessInternalPrometheusMetrics

    application = create("prometheus")
    MultiprocessInternalPrometheusMetrics(application, path=effects_path("prometheus"))
    return application


def client() -> str:
    """Whose requests are limited together."""
    return request.headers.get(additions.CLIENT_HEADER, "")


def create_rate_limit() -> Flask:
    """Limit what a client may ask in a minute."""
    from flask_limiter import Limiter

    application = Flask(__name__)
    limiter = Limiter(client, app=application, storage_uri="memory://")
    limited = limiter.limit(f"{additions.LIMIT_PER_MINUTE}/minute")(message)
    refused = limiter.limit("0/minute")(long_answer)
    application.add_url_rule(addition_path("rate-limit"), view_func=limited)
    application.add_url_rule(effects_path("rate-limit"), view_func=refused)
    return application


app = create(NONE)

TARGETS: dict[str, Callable[[], Flask]] = {
    "app_cors": create_cors,
    "app_sessions": create_sessions,
    "app_gzip": create_gzip,
    "app_middleware": lambda: create_middleware(1),
    "app_middleware_2": lambda: create_middleware(2),
    "app_hooks": create_hooks,
    "app_access_log": create_access_log,
    "app_opentelemetry": create_opentelemetry,
    "app_sentry": lambda: create_sentry("sentry"),
    "app_sentry_traces": lambda: create_sentry("sentry-traces"),
    "app_prometheus": create_prometheus,
    "app_rate_limit": create_rate_limit,
}
"""Builders of targets: one runs in a process, and imports what it adds."""


def __getattr__(name: str) -> Flask:
    """Build the target that a server asks for."""
    if name in TARGETS:
        return TARGETS[name]()
    raise AttributeError(name)
