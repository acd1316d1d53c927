# /// script
# requires-python = ">=3.11"
# dependencies = ["django~=5.2.0", "pydantic", "pyjwt", "psycopg[binary,pool]", "httpx"]
#
# [tool.hotlap]
# title = "Django"
# documentation = "https://docs.djangoproject.com/en/5.2/"
# notes = """
# CommonMiddleware only, and no installed app but the models where the ORM is asked. \
# The database is asked by custom SQL, or by the ORM in orm-page and orm-write; a connection is opened for \
# each request, as shipped. Another service is asked by httpx. \
# The views read bodies by json.loads (forms read no JSON), call pydantic and answer by JsonResponse. \
# Middleware is made of functions that serve both interfaces. Unexpected exceptions are logged by Django, to \
# memory. \
# With pydantic's JSON both ways (model_validate_json, model_dump_json) orders take 26% and items 36% fewer \
# instructions in process. \
# Under ASGI every view is async def, as Django's documentation advises, so that no view runs in a thread, \
# but for those that are to (json-sync, delay-threadpool, cpu): each request has a thread of its own there; \
# four calls in a thread per request remain as shipped (CommonMiddleware twice, a signal, the response). \
# Django's ASGI handler has no lifespan: servers go on without."""
# serialiser = "stdlib json (JsonResponse)"
# validator = "pydantic, called by the views"
# quick = ["gunicorn-gthread", "granian-wsgi"]
# sentinel = ["granian-wsgi--json"]
# implements = [
#     "plaintext", "json", "params", "orders", "orders-raw", "items", "auth", "form", "delay", "stream",
#     "sse", "routing", "delay-threadpool", "cpu", "cpu-inline", "json-sync",
#     "middleware", "middleware-none", "include", "errors",
#     "upstream", "db-read", "db-many", "db-write", "orm-page", "orm-write", "mixed",
#     "compress", "upload",
# ]
#
# [tool.hotlap.targets.wsgi]
# default = "app"
# routing = "app_routing"
# middleware = "app_middleware"
# middleware-none = "app_middleware_none"
# include = "app_include"
# errors = "app_errors"
# compress = "app_compress"
#
# [tool.hotlap.targets.asgi]
# default = "asgi_app"
# routing = "asgi_app_routing"
# middleware = "asgi_app_middleware"
# middleware-none = "asgi_app_middleware_none"
# include = "asgi_app_include"
# errors = "asgi_app_errors"
# compress = "asgi_app_compress"
#
# [tool.hotlap.not-applicable]
# static = "Django leaves static files to a server in front of it: its view for them is for development only"
# static-304 = "Django leaves static files to a server in front of it"
# background = "Django 5.2 has no background tasks; those of 6.0 come without a backend that runs them later"
# dependencies = "Django has no dependency injection"
# websocket = "Django has no WebSocket of its own: another package (Channels) adds it"
# lifespan = "Django's ASGI handler refuses the lifespan, and WSGI has none"
#
# [tool.hotlap.expected-rps]
# db-read = 270
# db-many = 110
# db-write = 220
# orm-page = 90
# orm-write = 180
# mixed = 160
#
# [tool.hotlap.boundaries]
# "framework, whole" = [
#     "django/core/handlers/wsgi.py::WSGIHandler.__call__",
#     "django/core/handlers/asgi.py::ASGIHandler.__call__",
# ]
# middleware = ["django/utils/deprecation.py::MiddlewareMixin.__call__"]
# routing = ["django/urls/resolvers.py::URLResolver.resolve"]
# "input and validation" = [
#     "json/__init__.py::loads",
#     "pydantic/main.py::BaseModel.model_validate",
#     "pydantic/type_adapter.py::TypeAdapter.validate_python",
# ]
# serialisation = [
#     "json/__init__.py::dumps",
#     "pydantic/main.py::BaseModel.model_dump",
#     "pydantic/type_adapter.py::TypeAdapter.dump_python",
# ]
# response = [
#     "django/http/response.py::JsonResponse.__init__",
#     "django/http/response.py::HttpResponseBase.close",
# ]
# ///
"""Django: the contract as one list of URLs per group, under WSGI and under ASGI."""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, clear_url_caches, path
from django.views.decorators.http import require_GET, require_POST

from apps import contract, contract_files, django_auth, django_waiting
from apps import pydantic_models as models
from apps.django_refusals import AsyncView, View, refuses_invalid

if contract.mounts(contract.ROW_GROUPS):
    from apps import django_data

MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
GZIP = "django.middleware.gzip.GZipMiddleware"
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "[::1]", "localhost", *contract.LISTENING],
    DEBUG=False,
    MIDDLEWARE=MIDDLEWARE,
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["apps.django_data"] if contract.mounts(contract.ORM_GROUPS) else [],
    DATABASES=django_data.settings() if contract.mounts(contract.ROW_GROUPS) else {},
)


@require_GET
def plaintext(_request: HttpRequest) -> HttpResponse:
    """Answer of ``plaintext``."""
    return HttpResponse(contract.greeting(), content_type="text/plain; charset=utf-8")


@require_GET
def message(_request: HttpRequest) -> HttpResponse:
    """Answer of ``json``."""
    return JsonResponse({"message": contract.greeting()})


@require_GET
@refuses_invalid
def user_items(request: HttpRequest, user_id: int) -> HttpResponse:
    """Answer of ``params``: path and query together."""
    inputs = models.UserItemsIn.model_validate({**request.GET.dict(), "user_id": user_id})
    return JsonResponse(contract.user_items(inputs.user_id, inputs.q, inputs.limit))


@require_POST
@refuses_invalid
def create_order(request: HttpRequest) -> HttpResponse:
    """Answer of ``orders``: the validated order, priced."""
    order = models.Order.model_validate(json.loads(request.body))
    return JsonResponse(models.PricedOrder.from_order(order).model_dump(), status=201)


@require_POST
def create_order_raw(request: HttpRequest) -> HttpResponse:
    """Answer of ``orders-raw``: the order as it came, priced."""
    order = json.loads(request.body)
    total = contract.total_cents((line["quantity"], line["unit_cents"]) for line in order["lines"])
    return JsonResponse({**order, "total_cents": total}, status=201)


@require_GET
@refuses_invalid
def list_items(request: HttpRequest) -> HttpResponse:
    """Answer of ``items``: rows as typed items."""
    page = models.Page.model_validate(request.GET.dict())
    items = models.Items.validate_python(list(contract.item_rows(page.offset, page.n)))
    return JsonResponse(models.Items.dump_python(items), safe=False)


@require_POST
@refuses_invalid
def contact(request: HttpRequest) -> HttpResponse:
    """Answer of ``form``: its fields."""
    return JsonResponse(models.Contact.model_validate(request.POST.dict()).model_dump())


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Answer of ``upload``: what arrived.

    https://docs.djangoproject.com/en/5.2/topics/http/file-uploads/
    """
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse(contract_files.NO_FILE, status=422)
    return JsonResponse(contract_files.uploaded(file.name, file.read()))


IN_THREADS: set[View] = set()
"""Views that stay plain functions under ASGI, and run in threads there."""
Routes = list[tuple[str, View]]
ROUTES: dict[str, Routes] = {
    "plaintext": [("plaintext", plaintext)],
    "json": [("json", message)],
    "params": [("users/<int:user_id>/items", user_items)],
    "orders": [("orders", create_order)],
    "orders-raw": [("orders-raw", create_order_raw)],
    "items": [("items", list_items)],
    "form": [("form", contact)],
    "upload": [("upload", upload)],
    **django_auth.ROUTES,
    **django_waiting.ROUTES,
}
if contract.mounts(contract.THREAD_GROUPS):
    from apps import django_threads

    ROUTES |= django_threads.ROUTES
    IN_THREADS |= django_threads.IN_THREADS

AWAITING: dict[View, AsyncView] = {**django_waiting.AWAITING}
"""Views that wait or stream, with the form of them for ASGI; the others have nothing to await."""
if contract.mounts(contract.CLIENT_GROUPS):
    from apps import django_client

    ROUTES |= django_client.ROUTES
    AWAITING |= django_client.AWAITING
if contract.mounts(contract.DATABASE_GROUPS):
    ROUTES |= django_data.ROUTES
    IN_THREADS |= {view for routes in django_data.ROUTES.values() for _, view in routes}
if contract.mounts(contract.ORM_GROUPS):
    django.setup()  # models can be made from here on
    from apps import django_orm

    ROUTES |= django_orm.ROUTES
    IN_THREADS |= {view for routes in django_orm.ROUTES.values() for _, view in routes}


def under_asgi(view: View) -> View | AsyncView:
    """Form of ``view`` for ASGI: one that Django calls on the event loop, unless it is to run in a thread."""
    if view in IN_THREADS:
        return view
    if view in AWAITING:
        return AWAITING[view]

    @wraps(view)
    async def async_view(request: HttpRequest, **values: int) -> HttpResponseBase:
        return view(request, **values)

    return async_view


def mounted_routes() -> Iterator[tuple[str, View]]:
    """Routes of the groups that this launch mounts."""
    for group in contract.mounted():
        yield from ROUTES.get(group, ())


def compressed_routes() -> Iterator[tuple[str, View]]:
    """Routes of the compress target.

    https://docs.djangoproject.com/en/5.2/ref/middleware/#module-django.middleware.gzip
    """
    for group in contract.COMPRESSED_GROUPS:
        yield from ROUTES[group]


urlpatterns: list[URLPattern] = []


def create_wsgi_app(routes: Iterator[tuple[str, View]], *outer: str) -> WSGIHandler:
    """Serve ``routes`` under WSGI, with the ``outer`` middlewares around the usual ones."""
    settings.MIDDLEWARE = [*outer, *MIDDLEWARE]
    urlpatterns[:] = [path(route, view) for route, view in routes]
    clear_url_caches()
    return get_wsgi_application()


def create_asgi_app(routes: Iterator[tuple[str, View]], *outer: str) -> ASGIHandler:
    """Serve ``routes`` under ASGI, as ``create_wsgi_app`` does under WSGI."""
    settings.MIDDLEWARE = [*outer, *MIDDLEWARE]
    urlpatterns[:] = [path(route, under_asgi(view)) for route, view in routes]
    clear_url_caches()
    return get_asgi_application()


def create_other_wsgi_app(target: str) -> WSGIHandler:
    """Serve ``target`` of ``django_targets`` under WSGI."""
    handler: WSGIHandler = import_module("apps.django_targets").create(
        target, lambda view: view, get_wsgi_application
    )
    return handler


def create_other_asgi_app(target: str) -> ASGIHandler:
    """Serve ``target`` of ``django_targets`` under ASGI."""
    handler: ASGIHandler = import_module("apps.django_targets").create(
        target, under_asgi, get_asgi_application
    )
    return handler


TARGETS: dict[str, Callable[[], WSGIHandler | ASGIHandler]] = {
    "app": lambda: create_wsgi_app(mounted_routes()),
    "app_routing": lambda: create_other_wsgi_app("routing"),
    "asgi_app": lambda: create_asgi_app(mounted_routes()),
    "asgi_app_routing": lambda: create_other_asgi_app("routing"),
    "app_middleware": lambda: create_other_wsgi_app("middleware"),
    "app_middleware_none": lambda: create_other_wsgi_app("middleware_none"),
    "app_include": lambda: create_other_wsgi_app("include"),
    "app_errors": lambda: create_other_wsgi_app("errors"),
    "asgi_app_middleware": lambda: create_other_asgi_app("middleware"),
    "asgi_app_middleware_none": lambda: create_other_asgi_app("middleware_none"),
    "asgi_app_include": lambda: create_other_asgi_app("include"),
    "asgi_app_errors": lambda: create_other_asgi_app("errors"),
    "app_compress": lambda: create_wsgi_app(compressed_routes(), GZIP),
    "asgi_app_compress": lambda: create_asgi_app(compressed_routes(), GZIP),
}


def __getattr__(name: str) -> WSGIHandler | ASGIHandler:
    """Build the target that a server asks for: Django's settings allow one list of URLs in a process."""
    if name in TARGETS:
        return TARGETS[name]()
    raise AttributeError(name)
