"""The named boundaries within a stack: functions of servers and frameworks whose shares are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boundary:
    """One function, as the interpreter names it in its perf map: ``py::<qualified name>:<file>``."""

    layer: str
    """What it does, in a word or two."""
    file: str
    """End of its file's path."""
    function: str
    """Qualified name."""

    @property
    def name(self) -> str:
        """As records call it."""
        return f"{self.layer}: {self.function}"


SERVER = (
    ("uvicorn/protocols/http/httptools_impl.py", "RequestResponseCycle.run_asgi"),
    ("uvicorn/protocols/http/h11_impl.py", "RequestResponseCycle.run_asgi"),
    ("granian/_futures.py", "_future_watcher_wrapper.<locals>.future_watcher"),
    ("granian/wsgi.py", "_callback_wrapper.<locals>._runner"),
    ("gunicorn/workers/gthread.py", "ThreadWorker.handle"),
)
PARSING = (
    ("uvicorn/protocols/http/httptools_impl.py", "HttpToolsProtocol.data_received"),
    ("uvicorn/protocols/http/h11_impl.py", "H11Protocol.data_received"),
    ("gunicorn/http/message.py", "Message.__init__"),
)
SENDING = (
    ("uvicorn/protocols/http/httptools_impl.py", "RequestResponseCycle.send"),
    ("uvicorn/protocols/http/h11_impl.py", "RequestResponseCycle.send"),
    ("gunicorn/http/wsgi.py", "Response.write"),
)
FRAMEWORK = (
    ("fastapi/applications.py", "FastAPI.__call__"),
    ("starlette/applications.py", "Starlette.__call__"),
    ("litestar/app.py", "Litestar.__call__"),
    ("flask/app.py", "Flask.__call__"),
    ("django/core/handlers/wsgi.py", "WSGIHandler.__call__"),
    ("django/core/handlers/asgi.py", "ASGIHandler.__call__"),
)
ROUTING = (
    ("starlette/routing.py", "Router.__call__"),
    ("starlette/routing.py", "Route.matches"),
    ("fastapi/routing.py", "APIRoute.matches"),
    ("fastapi/routing.py", "APIRoute.handle"),
    ("litestar/_asgi/asgi_router.py", "ASGIRouter.__call__"),
    ("litestar/_asgi/asgi_router.py", "ASGIRouter.handle_routing"),
    ("litestar/routes/http.py", "HTTPRoute.handle"),
    ("flask/app.py", "Flask.full_dispatch_request"),
    ("werkzeug/routing/map.py", "MapAdapter.match"),
    ("django/urls/resolvers.py", "URLResolver.resolve"),
)
MIDDLEWARE = (
    ("django/utils/deprecation.py", "MiddlewareMixin.__call__"),
    ("starlette/middleware/authentication.py", "AuthenticationMiddleware.__call__"),
)
INPUT = (
    ("fastapi/dependencies/utils.py", "solve_dependencies"),
    ("litestar/_kwargs/kwargs_model.py", "KwargsModel.to_kwargs"),
    ("litestar/_signature/model.py", "SignatureModel.parse_values_from_connection_kwargs"),
    ("starlette/requests.py", "Request.body"),
    ("starlette/requests.py", "Request.json"),
    ("starlette/requests.py", "Request._get_form"),
    ("pydantic/main.py", "BaseModel.model_validate"),
    ("pydantic/main.py", "BaseModel.model_validate_json"),
    ("pydantic/type_adapter.py", "TypeAdapter.validate_python"),
)
SERIALISATION = (
    ("fastapi/routing.py", "serialize_response"),
    ("starlette/responses.py", "JSONResponse.render"),
    ("litestar/serialization/msgspec_hooks.py", "encode_json"),
    ("flask/json/provider.py", "DefaultJSONProvider.dumps"),
    ("json/__init__.py", "dumps"),
    ("pydantic/main.py", "BaseModel.model_dump"),
    ("pydantic/type_adapter.py", "TypeAdapter.dump_python"),
)
RESPONSE = (
    ("starlette/responses.py", "Response.__call__"),
    ("starlette/responses.py", "StreamingResponse.__call__"),
    ("litestar/handlers/http_handlers/base.py", "HTTPRouteHandler.to_response"),
    ("litestar/response/base.py", "ASGIResponse.__call__"),
    ("flask/app.py", "Flask.finalize_request"),
    ("werkzeug/wrappers/response.py", "Response.__call__"),
    ("django/http/response.py", "JsonResponse.__init__"),
    ("django/http/response.py", "HttpResponseBase.close"),
)
HANDLER = "handler"
APPS, APP = "/apps/", "_app.py"


def _boundaries() -> Iterator[Boundary]:
    layers = {
        "server, a request whole": SERVER,
        "server, parsing": PARSING,
        "server, sending": SENDING,
        "framework, whole": FRAMEWORK,
        "middleware": MIDDLEWARE,
        "routing": ROUTING,
        "input and validation": INPUT,
        "serialisation": SERIALISATION,
        "response": RESPONSE,
    }
    for layer, functions in layers.items():
        for file, function in functions:
            yield Boundary(layer, file, function)


BOUNDARIES = {(each.function, each.file): each for each in _boundaries()}


def boundary(symbol: str) -> Boundary | None:
    """The boundary that a symbol of a perf map names; every function of an app file is one of handlers."""
    kind, _, rest = symbol.partition("::")
    function, _, file = rest.rpartition(":")
    if kind != "py" or not function:
        return None
    if APPS in file and file.endswith(APP):
        return Boundary(HANDLER, file.rpartition("/")[2], function)
    end = next((end for name, end in BOUNDARIES if name == function and file.endswith(f"/{end}")), None)
    return BOUNDARIES[function, end] if end else None
