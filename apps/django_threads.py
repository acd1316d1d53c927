"""Django: groups whose views are plain functions, called in threads under ASGI, or that compute.

https://docs.djangoproject.com/en/5.2/topics/async/: a view declared with ``def`` runs in a thread, of which
Django's ASGI handler gives every request its own.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from apps import contract_threads as threads
from apps import pydantic_models as models
from apps.django_refusals import View, refuses_invalid


@require_GET
def message(_request: HttpRequest) -> HttpResponse:
    """Answer of ``json-sync``."""
    return JsonResponse({"message": threads.greeting()})


@require_GET
@refuses_invalid
def delay(_request: HttpRequest, ms: int) -> HttpResponse:
    """Answer of ``delay-threadpool``, after that many milliseconds."""
    return JsonResponse(threads.blocked(models.DelayIn(ms=ms).ms))


@require_GET
@refuses_invalid
def cpu(request: HttpRequest) -> HttpResponse:
    """Answer of ``cpu``."""
    return JsonResponse(threads.computed(models.Cpu.model_validate(request.GET.dict()).n))


@require_GET
@refuses_invalid
def cpu_inline(request: HttpRequest) -> HttpResponse:
    """Answer of ``cpu-inline``."""
    return JsonResponse(threads.computed_inline(models.Cpu.model_validate(request.GET.dict()).n))


ROUTES: dict[str, list[tuple[str, View]]] = {
    "delay-threadpool": [("delay-threadpool/<int:ms>", delay)],
    "cpu": [("cpu", cpu)],
    "cpu-inline": [("cpu-inline", cpu_inline)],
    "json-sync": [("json-sync", message)],
}
IN_THREADS: set[View] = {delay, cpu, message}
"""Views that stay plain functions under ASGI."""
