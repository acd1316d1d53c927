"""Django: the view behind a bearer token."""

from functools import wraps
from typing import Any

import jwt
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_GET

from apps import contract
from apps.django_refusals import View


def unauthorized(detail: str) -> HttpResponse:
    """Say why, and what would be accepted."""
    return JsonResponse({"detail": detail}, status=401, headers={"WWW-Authenticate": "Bearer"})


def token_required(view: View) -> View:
    """Let a request through to ``view`` with the claims of a good token only."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponseBase:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return unauthorized("Not authenticated")
        try:
            claims = jwt.decode(token, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM])
        except jwt.InvalidTokenError:
            return unauthorized("Could not validate credentials")
        if contract.is_revoked(claims):
            return unauthorized("Could not validate credentials")
        return view(request, claims)

    return wrapped


@require_GET
@token_required
def me(_request: HttpRequest, claims: dict[str, Any]) -> HttpResponse:
    """Answer of ``auth`` to a good token."""
    return JsonResponse(contract.me(claims))


ROUTES: dict[str, list[tuple[str, View]]] = {"auth": [("auth", me)]}
