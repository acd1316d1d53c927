"""Litestar's controllers behind what is resolved before them: dependencies, and a bearer token."""

from typing import Any

import jwt
from litestar import Controller, Request, get
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from apps import contract
from apps.litestar_models import Me, Resolved


async def provide_shared(n: FromQuery[int]) -> contract.Trail:
    """Provide what the other dependencies have in common."""
    return contract.Trail(n)


async def provide_first(shared: NamedDependency[contract.Trail]) -> contract.Trail:
    """Provide the first step."""
    return shared.step("first")


async def provide_second(
    shared: NamedDependency[contract.Trail],
    first: NamedDependency[contract.Trail],  # noqa: ARG001 - resolved before
) -> contract.Trail:
    """Provide the second step, behind the first."""
    return shared.step("second")


async def provide_third(
    shared: NamedDependency[contract.Trail],
    second: NamedDependency[contract.Trail],  # noqa: ARG001 - resolved before
) -> contract.Trail:
    """Provide the third step, behind the second."""
    return shared.step("third")


class DependenciesController(Controller):
    """Group ``dependencies``."""

    dependencies = {  # noqa: RUF012 - how a controller declares them
        "shared": Provide(provide_shared),
        "first": Provide(provide_first),
        "second": Provide(provide_second),
        "third": Provide(provide_third),
    }

    @get("/dependencies")
    async def resolve(
        self, shared: NamedDependency[contract.Trail], third: NamedDependency[contract.Trail]
    ) -> Resolved:
        """Answer of ``dependencies``."""
        return Resolved(**contract.dependencies_answer(shared, third))


class BearerMiddleware(AbstractAuthenticationMiddleware):
    """Asks every request for a bearer token."""

    async def authenticate_request(self, connection: ASGIConnection) -> AuthenticationResult:
        """Subject and claims of a good token, or NotAuthorizedException with the challenge."""
        scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise self.refusal("Not authenticated")
        try:
            claims = jwt.decode(token, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM])
        except jwt.InvalidTokenError as error:
            raise self.refusal("Could not validate credentials") from error
        if contract.is_revoked(claims):
            raise self.refusal("Could not validate credentials")
        return AuthenticationResult(user=claims["sub"], auth=claims)

    @staticmethod
    def refusal(detail: str) -> NotAuthorizedException:
        """Make the 401 that says what would be accepted."""
        return NotAuthorizedException(detail=detail, headers={"WWW-Authenticate": "Bearer"})


class AuthController(Controller):
    """Group ``auth``."""

    middleware = (BearerMiddleware,)

    @get("/auth")
    async def me(self, request: Request[str, dict[str, Any], Any]) -> Me:
        """Answer of ``auth`` to a good token."""
        return Me(**contract.me(request.auth))


CONTROLLERS: dict[str, ControllerRouterHandler] = {
    "dependencies": DependenciesController,
    "auth": AuthController,
}
