# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "django~=5.2.0", "pydantic", "django-cors-headers", "django-ratelimit", "django-prometheus",
#     "opentelemetry-sdk", "opentelemetry-instrumentation-django", "sentry-sdk",
# ]
#
# [tool.hotlap]
# title = "Django with an addition"
# documentation = "https://docs.djangoproject.com/en/5.2/topics/http/middleware/"
# notes = """
# The price list: json with one thing added, as its documentation says, in an environment that holds all of \
# them and imports the one that is asked for. CommonMiddleware is there always; middleware in its \
# fast form is a function. CORS is django-cors-headers, sessions are signed cookies (as shipped \
# they lie in a database). OpenTelemetry is its instrumentation of Django, with the SDK, a \
# batch processor and an exporter that drops; Sentry has a DSN and a transport that drops. Prometheus is \
# django-prometheus, its metrics in a folder that workers share. Limits are django-ratelimit's, by client, \
# in Django's cache in memory, of each worker. The access log is a line of JSON by logging, into memory."""
# serialiser = "stdlib json (JsonResponse)"
# validator = "none: there is no input"
# default = false
# implements = [
#     "price-none", "price-cors", "price-sessions", "price-gzip", "price-middleware", "price-middleware-2",
#     "price-access-log", "price-opentelemetry",
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
# price-access-log = "app_access_log"
# price-opentelemetry = "app_opentelemetry"
# price-sentry = "app_sentry"
# price-sentry-traces = "app_sentry_traces"
# price-prometheus = "app_prometheus"
# price-rate-limit = "app_rate_limit"
#
# [tool.hotlap.not-applicable]
# price-base-middleware = "BaseHTTPMiddleware is Starlette's: Django has middleware in one form"
# price-base-middleware-2 = "BaseHTTPMiddleware is Starlette's: Django has middleware in one form"
# price-hooks = "Django has no hooks around a view: middleware is its way"
# "*" = "only for the price list: without an addition, it would be the same as django"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["django/core/handlers/wsgi.py::WSGIHandler.__call__"]
# middleware = ["django/utils/deprecation.py::MiddlewareMixin.__call__"]
# routing = ["django/urls/resolvers.py::URLResolver.resolve"]
# serialisation = ["json/__init__.py::dumps"]
# response = ["django/http/response.py::JsonResponse.__init__"]
# ///
"""Django with one thing added to ``json``, under WSGI: what each costs.

https://docs.djangoproject.com/en/5.2/topics/http/middleware/;
https://docs.djangoproject.com/en/5.2/topics/http/sessions/;
https://docs.djangoproject.com/en/5.2/ref/middleware/#module-django.middleware.gzip;
https://github.com/adamchainz/django-cors-headers; https://django-ratelimit.readthedocs.io;
https://github.com/korfuri/django-prometheus;
https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/django/django.html.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from apps import contract
from apps import contract_additions as additions
from apps.contract_additions import NONE, addition_path, broken_path, effects_path

View = Callable[[HttpRequest], HttpResponse]
COMMON = "django.middleware.common.CommonMiddleware"
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "[::1]", "localhost", *contract.LISTENING],
    DEBUG=False,
    SECRET_KEY=additions.SESSION_SECRET,
    INSTALLED_APPS=[],
    MIDDLEWARE=[COMMON],
    ROOT_URLCONF=__name__,
    DATABASES={},
    CORS_ALLOWED_ORIGINS=[additions.ORIGIN],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
)
urlpatterns: list[URLPattern] = []


@require_GET
def message(_request: HttpRequest) -> HttpResponse:
    """Answer of all entries of the price list."""
    return JsonResponse({"message": contract.greeting()})


@require_GET
def message_and_visit(request: HttpRequest) -> HttpResponse:
    """Answer of all entries, which counts visits."""
    additions.visit(request.session)
    return message(request)


@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """How often the session has been here."""
    return JsonResponse(additions.visits(request.session))


@require_GET
def long_answer(_request: HttpRequest) -> HttpResponse:
    """Answer that is worth compressing."""
    return JsonResponse(additions.long_answer())


@require_GET
def broken(_request: HttpRequest) -> HttpResponse:
    """Raise an exception that nobody expects."""
    raise RuntimeError("broken")


def effects(count: Callable[[], int]) -> View:
    """Make the view that says what an addition did."""

    @require_GET
    def tell(_request: HttpRequest) -> HttpResponse:
        return JsonResponse(additions.effects(count()))

    return tell


def route(where: str, view: View) -> URLPattern:
    """Route of an absolute path."""
    return path(where.removeprefix("/"), view)


def create(
    addition: str, *outer: str, view: View = message, others: tuple[URLPattern, ...] = ()
) -> WSGIHandler:
    """Build ``json`` behind the ``outer`` middlewares and the usual one, with ``others`` beside it."""
    settings.MIDDLEWARE = [*outer, COMMON, *settings.MIDDLEWARE[1:]]
    urlpatterns[:] = [route(addition_path(addition), view), *others]
    return get_wsgi_application()


def create_cors() -> WSGIHandler:
    """Let in one other origin."""
    settings.INSTALLED_APPS = ["corsheaders"]
    return create("cors", "corsheaders.middleware.CorsMiddleware")


def create_sessions() -> WSGIHandler:
    """Count visits in a session."""
    shown = route(effects_path("sessions"), visits)
    middleware = "django.contrib.sessions.middleware.SessionMiddleware"
    return create("sessions", middleware, view=message_and_visit, others=(shown,))


def create_gzip() -> WSGIHandler:
    """Compress what is long enough."""
    shown = route(effects_path("gzip"), long_answer)
    return create("gzip", "django.middleware.gzip.GZipMiddleware", others=(shown,))


def create_middleware(layers: int) -> WSGIHandler:
    """Add headers by functions."""
    outer = (f"apps.django_targets.layer_{layer}" for layer in range(1, layers + 1))
    return create("middleware" if layers == 1 else "middleware-2", *outer)


def log_access(get_response: View) -> View:
    """Log each request behind its answer."""
    from apps import access_log

    def middleware(request: HttpRequest) -> HttpResponse:
        begun_s = time.perf_counter()
        response = get_response(request)
        access_log.log(request.method or "", request.path, response.status_code, begun_s)
        return response

    return middleware


def create_access_log() -> WSGIHandler:
    """Log each request."""
    from apps import access_log

    shown = route(effects_path("access-log"), effects(access_log.lines))
    return create("access-log", f"{__name__}.log_access", others=(shown,))


def create_opentelemetry() -> WSGIHandler:
    """Make a span of each request: its middleware is put into the settings."""
    from opentelemetry.instrumentation.django import DjangoInstrumentor

    from apps import dropped_spans

    DjangoInstrumentor().instrument()
    shown = route(effects_path("opentelemetry"), effects(dropped_spans.exported))
    urlpatterns[:] = [route(addition_path("opentelemetry"), message), shown]
    return get_wsgi_application()


def create_sentry(addition: str) -> WSGIHandler:
    """Report exceptions to Sentry, and with ``sentry-traces`` every request."""
    from apps import dropped_events

    dropped_events.switch_on(addition)
    shown = route(effects_path(addition), effects(dropped_events.reported))
    return create(addition, others=(shown, route(broken_path(addition), broken)))


def create_prometheus() -> WSGIHandler:
    """Count and time each request."""
    additions.share_metrics()
    from django_prometheus.exports import ExportToDjangoView

    settings.INSTALLED_APPS = ["django_prometheus"]
    settings.MIDDLEWARE = [COMMON, "django_prometheus.middleware.PrometheusAfterMiddleware"]
    shown = route(effects_path("prometheus"), ExportToDjangoView)
    return create("prometheus", "django_prometheus.middleware.PrometheusBeforeMiddleware", others=(shown,))


def create_rate_limit() -> WSGIHandler:
    """Limit what a client may ask in a minute."""
    from django_ratelimit.decorators import ratelimit

    key = f"header:{additions.CLIENT_HEADER.lower()}"
    limited = ratelimit(key=key, rate=f"{additions.LIMIT_PER_MINUTE}/m")(message)
    shown = route(effects_path("rate-limit"), ratelimit(key=key, rate="0/m")(message))
    return create("rate-limit", view=limited, others=(shown,))


TARGETS: dict[str, Callable[[], WSGIHandler]] = {
    "app": lambda: create(NONE),
    "app_cors": create_cors,
    "app_sessions": create_sessions,
    "app_gzip": create_gzip,
    "app_middleware": lambda: create_middleware(1),
    "app_middleware_2": lambda: create_middleware(2),
    "app_access_log": create_access_log,
    "app_opentelemetry": create_opentelemetry,
    "app_sentry": lambda: create_sentry("sentry"),
    "app_sentry_traces": lambda: create_sentry("sentry-traces"),
    "app_prometheus": create_prometheus,
    "app_rate_limit": create_rate_limit,
}
"""Builders of targets: one runs in a process, and imports what it adds."""


def __getattr__(name: str) -> WSGIHandler:
    """Build the target that a server asks for: Django's settings allow one in a process."""
    if name in TARGETS:
        return TARGETS[name]()
    raise AttributeError(name)
