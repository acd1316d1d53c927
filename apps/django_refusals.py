"""Django: views that answer 4xx where input is refused, for all files of its app."""

import json
from collections.abc import Awaitable, Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from pydantic import ValidationError

from apps import pydantic_models as models

View = Callable[..., HttpResponseBase]
AsyncView = Callable[..., Awaitable[HttpResponseBase]]


def refuses_invalid(view: View) -> View:
    """Answer 422 where pydantic refuses the input of ``view``."""

    @wraps(view)
    def wrapped(request: HttpRequest, **values: int) -> HttpResponseBase:
        try:
            return view(request, **values)
        except ValidationError as error:
            return JsonResponse(models.problems(error), status=422)
        except json.JSONDecodeError as error:
            return JsonResponse({"detail": str(error)}, status=400)

    return wrapped


def refuses_invalid_async(view: AsyncView) -> AsyncView:
    """Answer 422 where pydantic refuses the input of ``view``, an asynchronous one."""

    @wraps(view)
    async def wrapped(request: HttpRequest, **values: int) -> HttpResponseBase:
        try:
            return await view(request, **values)
        except ValidationError as error:
            return JsonResponse(models.problems(error), status=422)

    return wrapped
