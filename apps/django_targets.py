"""Django: applications of another shape, with many routes, middleware or parts, or whose views fail.

https://docs.djangoproject.com/en/5.2/topics/http/middleware/#asynchronous-support;
https://docs.djangoproject.com/en/5.2/topics/http/urls/#including-other-urlconfs;
https://docs.djangoproject.com/en/5.2/ref/urls/#handler500; https://docs.djangoproject.com/en/5.2/topics/logging/.
"""

from asyncio import iscoroutinefunction
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.http import require_GET

from apps import contract, contract_errors
from apps import contract_targets as targets
from apps.django_refusals import AsyncView, View

Handler = TypeVar("Handler")
Patterns = list[URLPattern | URLResolver]
GetResponse = Callable[[HttpRequest], Any]


def adding(layer: int) -> Callable[[GetResponse], GetResponse]:
    """Make the middleware that lets a request through and adds the header of ``layer`` to the answer."""
    name, value = targets.layer_header(layer)

    @sync_and_async_middleware
    def add_layer(get_response: GetResponse) -> GetResponse:
        if iscoroutinefunction(get_response):

            async def middleware_async(request: HttpRequest) -> HttpResponse:
                response: HttpResponse = await get_response(request)
                response[name] = value
                return response

            return middleware_async

        def middleware(request: HttpRequest) -> HttpResponse:
            response: HttpResponse = get_response(request)
            response[name] = value
            return response

        return middleware

    return add_layer


layer_1, layer_2, layer_3, layer_4, layer_5 = map(adding, range(1, targets.LAYERS + 1))


@require_GET
def message(_request: HttpRequest) -> HttpResponse:
    """Answer of ``middleware`` and ``middleware-none``."""
    return JsonResponse({"message": contract.greeting()})


def part_route(part: int, route: int) -> View:
    """Make the view of one route of a part."""

    @require_GET
    def answer(_request: HttpRequest) -> HttpResponse:
        return JsonResponse(targets.part_answer(part, route))

    return answer


@require_GET
def share(_request: HttpRequest, n: int) -> HttpResponse:
    """Answer of ``errors`` where it is one."""
    return JsonResponse(contract_errors.share(n))


def internal_error(_request: HttpRequest) -> HttpResponse:
    """Answer of ``errors`` to an exception, which Django logs."""
    return JsonResponse(contract_errors.internal_error(), status=500)


urlpatterns: Patterns = []
handler500 = internal_error
Form = Callable[[View], View | AsyncView]
"""Makes of a view what the interface wants."""


def layered(form: Form, layers: int) -> Patterns:
    """One route behind so many middlewares."""
    settings.MIDDLEWARE += [f"{__name__}.layer_{layer}" for layer in range(1, layers + 1)]
    return [path(targets.layers_path(layers).lstrip("/"), form(message))]


def static(index: int) -> View:
    """Make the view of one static route of the routing target."""

    @require_GET
    def route(_request: HttpRequest) -> HttpResponse:
        return JsonResponse(contract.route_answer(index))

    return route


@require_GET
def thing(_request: HttpRequest, thing_id: int) -> HttpResponse:
    """Answer of the dynamic route of the routing target."""
    return JsonResponse(contract.thing_answer(thing_id))


def routing_routes() -> Iterator[tuple[str, View]]:
    """Routes of the routing target."""
    for index in range(contract.ROUTES_TOTAL):
        route = contract.route_path(index).lstrip("/")
        if index == contract.DYNAMIC_INDEX:
            yield f"{route}<int:thing_id>", thing
        else:
            yield route, static(index)


def routing(form: Form) -> Patterns:
    """Many routes, all of one shape but one."""
    return [path(route, form(view)) for route, view in routing_routes()]


def part_routes(form: Form, part: int) -> Patterns:
    """Routes of a part, without its prefix."""
    routes = range(targets.PART_ROUTES)
    return [path(targets.part_path(route).lstrip("/"), form(part_route(part, route))) for route in routes]


def parts(form: Form) -> Patterns:
    """Parts, each of which is an include with a prefix."""
    return [
        path(targets.part_prefix(part).lstrip("/") + "/", include(part_routes(form, part)))
        for part in range(targets.PARTS)
    ]


def failing(form: Form) -> Patterns:
    """Views that may fail."""
    settings.LOGGING = contract_errors.logging_config()
    return [path("errors/<int:n>", form(share))]


PATTERNS: dict[str, Callable[[Form], Patterns]] = {
    "routing": routing,
    "middleware": lambda form: layered(form, targets.LAYERS),
    "middleware_none": lambda form: layered(form, 0),
    "include": parts,
    "errors": failing,
}


def create(target: str, form: Form, application: Callable[[], Handler]) -> Handler:
    """Build the ``application`` of ``target``: Django's settings allow one in a process."""
    urlpatterns[:] = PATTERNS[target](form)
    settings.ROOT_URLCONF = __name__
    return application()
