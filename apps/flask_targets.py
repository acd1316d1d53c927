"""Flask: applications of another shape, with middleware, built of parts, or whose views fail.

https://flask.palletsprojects.com/en/stable/quickstart/#hooking-in-wsgi-middleware;
https://flask.palletsprojects.com/en/stable/blueprints/;
https://flask.palletsprojects.com/en/stable/errorhandling/#generic-exception-handlers.
"""

from collections.abc import Callable, Iterable
from logging.config import dictConfig
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import InternalServerError

from apps import contract, contract_errors
from apps import contract_targets as targets


class AddLayer:
    """Lets a request through and adds the header of its layer to the answer."""

    def __init__(self, app: WSGIApplication, layer: int) -> None:
        self.app = app
        self.layer = layer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""

        def start_with_header(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:  # noqa: ANN401 - WSGI
            return start_response(status, [*headers, targets.layer_header(self.layer)], *error)

        return self.app(environ, start_with_header)


def message() -> ResponseReturnValue:
    """Answer of ``middleware`` and ``middleware-none``."""
    return {"message": contract.greeting()}


def create_layered(layers: int) -> Flask:
    """Build an application of one route behind so many middlewares."""
    application = Flask(__name__)
    application.add_url_rule(targets.layers_path(layers), view_func=message)
    for layer in range(1, layers + 1):
        application.wsgi_app = AddLayer(application.wsgi_app, layer)  # type: ignore[method-assign] # as documented
    return application


def part_route(part: int, route: int) -> Callable[[], ResponseReturnValue]:
    """Make the view of one route of a part."""

    def answer() -> ResponseReturnValue:
        return targets.part_answer(part, route)

    return answer


def create_include() -> Flask:
    """Build the application of parts, each of which is a blueprint with a prefix."""
    application = Flask(__name__)
    for part in range(targets.PARTS):
        blueprint = Blueprint(f"part_{part}", __name__, url_prefix=targets.part_prefix(part))
        for route in range(targets.PART_ROUTES):
            blueprint.add_url_rule(
                targets.part_path(route), endpoint=f"route_{route}", view_func=part_route(part, route)
            )
        application.register_blueprint(blueprint)
    return application


def share(n: int) -> ResponseReturnValue:
    """Answer of ``errors`` where it is one."""
    return contract_errors.share(n)


def internal_error(_error: InternalServerError) -> ResponseReturnValue:
    """Answer of ``errors`` to an exception, which Flask has logged before."""
    return contract_errors.internal_error(), 500


def create_errors() -> Flask:
    """Build the application whose views may fail."""
    dictConfig(contract_errors.logging_config())
    application = Flask(__name__)
    application.add_url_rule("/errors/<int:n>", view_func=share)
    application.register_error_handler(InternalServerError, internal_error)
    return application


TARGETS: dict[str, Callable[[], Flask]] = {
    "app_middleware": lambda: create_layered(targets.LAYERS),
    "app_middleware_none": lambda: create_layered(0),
    "app_include": create_include,
    "app_errors": create_errors,
}
