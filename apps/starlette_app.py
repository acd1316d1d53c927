# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "starlette", "pydantic", "pyjwt", "python-multipart", "psycopg[binary,pool]", "httpx",
#     "sqlalchemy[asyncio]~=2.0",
# ]
#
# [tool.hotlap]
# title = "Starlette"
# documentation = "https://www.starlette.io/"
# notes = """
# Starlette brings no validation: the handlers read JSON by the request and call pydantic. \
# Models become dicts and JSONResponse serialises them. \
# The database is asked by psycopg 3 over its pool, open as long as the lifespan, in autocommit. \
# By an ORM it is asked by SQLAlchemy over a pool of as many connections, in autocommit as well, a session \
# for each request; what writes has a transaction. \
# Another service is asked by httpx. \
# Plain functions run in anyio's pool of 40 threads, as shipped; middleware is pure ASGI. \
# An unexpected exception is raised again behind its answer and logged by the server, to memory. \
# With pydantic's JSON both ways (model_validate_json, model_dump_json) orders take 43% and items 39% fewer \
# instructions in process. \
# Compression is at level 6 in place of 9."""
# serialiser = "stdlib json (JSONResponse)"
# validator = "pydantic, called by the handlers"
# pool = true
# quick = ["uvicorn-standard", "granian-asgi"]
# sentinel = ["uvicorn-standard--json"]
# implements = [
#     "plaintext", "json", "params", "orders", "orders-raw", "items", "auth", "form", "delay", "stream",
#     "sse", "websocket", "routing", "delay-threadpool", "cpu", "cpu-inline", "json-sync",
#     "lifespan", "middleware", "middleware-none", "include", "errors",
#     "upstream", "db-read", "db-many", "db-write", "orm-page", "orm-write", "mixed",
#     "background", "compress", "upload", "static", "static-304",
# ]
#
# [tool.hotlap.targets.asgi]
# default = "app"
# routing = "app_routing"
# middleware = "app_middleware"
# middleware-none = "app_middleware_none"
# include = "app_include"
# errors = "app_errors"
# compress = "app_compress"
#
# [tool.hotlap.not-applicable]
# dependencies = "Starlette has no dependency injection"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["starlette/applications.py::Starlette.__call__"]
# middleware = ["starlette/middleware/authentication.py::AuthenticationMiddleware.__call__"]
# routing = [
#     "starlette/routing.py::Router.__call__",
#     "starlette/routing.py::Route.matches",
# ]
# "input and validation" = [
#     "starlette/requests.py::Request.body",
#     "starlette/requests.py::Request.json",
#     "starlette/requests.py::Request._get_form",
#     "pydantic/main.py::BaseModel.model_validate",
#     "pydantic/type_adapter.py::TypeAdapter.validate_python",
# ]
# serialisation = [
#     "starlette/responses.py::JSONResponse.render",
#     "json/__init__.py::dumps",
#     "pydantic/main.py::BaseModel.model_dump",
#     "pydantic/type_adapter.py::TypeAdapter.dump_python",
# ]
# response = [
#     "starlette/responses.py::Response.__call__",
#     "starlette/responses.py::StreamingResponse.__call__",
# ]
# ///
"""Starlette: the contract as plain routes, with pydantic called where input is to be checked."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any

import jwt
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    BaseUser,
)
from starlette.background import BackgroundTask
from starlette.endpoints import WebSocketEndpoint
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from apps import contract, contract_tasks
from apps import pydantic_models as models


async def plaintext(_request: Request) -> Response:
    """Answer of ``plaintext``."""
    return PlainTextResponse(contract.greeting())


async def message(_request: Request) -> Response:
    """Answer of ``json``."""
    return JSONResponse({"message": contract.greeting()})


async def user_items(request: Request) -> Response:
    """Answer of ``params``: path and query together."""
    inputs = models.UserItemsIn.model_validate({**request.query_params, **request.path_params})
    return JSONResponse(contract.user_items(inputs.user_id, inputs.q, inputs.limit))


async def create_order(request: Request) -> Response:
    """Answer of ``orders``: the validated order, priced."""
    order = models.Order.model_validate(await request.json())
    return JSONResponse(models.PricedOrder.from_order(order).model_dump(), status_code=201)


async def create_order_raw(request: Request) -> Response:
    """Answer of ``orders-raw``: the order as it came, priced."""
    order = await request.json()
    total = contract.total_cents((line["quantity"], line["unit_cents"]) for line in order["lines"])
    return JSONResponse({**order, "total_cents": total}, status_code=201)


async def list_items(request: Request) -> Response:
    """Answer of ``items``: rows as typed items."""
    page = models.Page.model_validate(dict(request.query_params))
    items = models.Items.validate_python(list(contract.item_rows(page.offset, page.n)))
    return JSONResponse(models.Items.dump_python(items))


class Bearer(BaseUser):
    """Who a good token speaks for."""

    def __init__(self, claims: dict[str, Any]) -> None:
        self.claims = claims

    @property
    def is_authenticated(self) -> bool:
        """True: a token that is no good makes no user."""
        return True


class BearerBackend(AuthenticationBackend):
    """Asks every request for a bearer token."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        """Credentials and user of the token, or AuthenticationError."""
        scheme, _, token = conn.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationError("Not authenticated")
        try:
            claims = jwt.decode(token, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM])
        except jwt.InvalidTokenError as error:
            raise AuthenticationError("Could not validate credentials") from error
        if contract.is_revoked(claims):
            raise AuthenticationError("Could not validate credentials")
        return AuthCredentials(["authenticated"]), Bearer(claims)


def unauthorized(_conn: HTTPConnection, error: AuthenticationError) -> Response:
    """Say why, and what would be accepted."""
    return JSONResponse({"detail": str(error)}, status_code=401, headers={"WWW-Authenticate": "Bearer"})


async def me(request: Request) -> Response:
    """Answer of ``auth`` to a good token."""
    return JSONResponse(contract.me(request.user.claims))


async def contact(request: Request) -> Response:
    """Answer of ``form``: its fields."""
    async with request.form() as form:
        contact = models.Contact.model_validate(dict(form))
    return JSONResponse(contact.model_dump())


async def delay(request: Request) -> Response:
    """Answer of ``delay``, after that many milliseconds."""
    delay = models.DelayIn.model_validate(request.path_params)
    await asyncio.sleep(delay.ms / 1000)
    return JSONResponse(contract.delay_answer(delay.ms))


async def chunks_of(n: int) -> AsyncIterator[bytes]:
    """Make the chunks of ``stream`` one by one."""
    for chunk in contract.stream_chunks(n):
        yield chunk


async def stream(request: Request) -> Response:
    """Answer of ``stream``: chunks as they are made."""
    query = models.Stream.model_validate(dict(request.query_params))
    return StreamingResponse(chunks_of(query.chunks), media_type="application/octet-stream")


async def events_of(n: int, interval_s: float) -> AsyncIterator[str]:
    """Make the events of ``sse``, with the interval between them."""
    for index, event in enumerate(contract.events(n)):
        if index:
            await asyncio.sleep(interval_s)
        yield f"data: {json.dumps(event)}\n\n"


async def events(request: Request) -> Response:
    """Answer of ``sse``: events as they come."""
    query = models.Events.model_validate(dict(request.query_params))
    content = events_of(query.n, query.interval_ms / 1000)
    return StreamingResponse(content, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


class Echo(WebSocketEndpoint):
    """Answer of ``websocket``: every message as it came."""

    async def on_receive(self, websocket: WebSocket, data: str | bytes) -> None:
        """Send a message back."""
        if isinstance(data, str):
            await websocket.send_text(data)
        else:
            await websocket.send_bytes(data)


async def run_task(task: models.Task) -> None:
    """Run the task of ``background``."""
    if task.wait_ms:
        await asyncio.sleep(task.wait_ms / 1000)
    contract_tasks.ran(task.id)


async def accept_task(request: Request) -> Response:
    """Answer of ``background``: the task is accepted, and runs afterwards.

    https://www.starlette.io/background/
    """
    task = models.Task.model_validate(await request.json())
    background = BackgroundTask(run_task, task)
    return JSONResponse(contract_tasks.accept(task.id), status_code=202, background=background)


@asynccontextmanager
async def hooks(app: Starlette) -> AsyncIterator[None]:
    """Run the start hook, serve with what it left in the state, then run the stop hook."""
    app.state.opened_by = contract.hooked("start")
    yield
    contract.hooked("stop")


async def hook_state(request: Request) -> Response:
    """Answer of ``lifespan``: what the start hook left."""
    return JSONResponse(contract.hook_state(request.app.state.opened_by))


async def invalid(_request: Request, error: Exception) -> Response:
    """Answer of all routes to input that pydantic refuses."""
    if not isinstance(error, ValidationError):
        raise error
    return JSONResponse(models.problems(error), status_code=422)


async def malformed(_request: Request, error: Exception) -> Response:
    """Answer of all routes to a body that is no JSON."""
    return JSONResponse({"detail": str(error)}, status_code=400)


BEARER = Middleware(AuthenticationMiddleware, backend=BearerBackend(), on_error=unauthorized)
ROUTES: dict[str, list[BaseRoute]] = {
    "plaintext": [Route("/plaintext", plaintext)],
    "json": [Route("/json", message)],
    "params": [Route("/users/{user_id}/items", user_items)],
    "orders": [Route("/orders", create_order, methods=["POST"])],
    "orders-raw": [Route("/orders-raw", create_order_raw, methods=["POST"])],
    "items": [Route("/items", list_items)],
    "auth": [Route("/auth", me, middleware=[BEARER])],
    "form": [Route("/form", contact, methods=["POST"])],
    "delay": [Route("/delay/{ms}", delay)],
    "stream": [Route("/stream", stream)],
    "sse": [Route("/events", events)],
    "websocket": [WebSocketRoute("/ws", Echo)],
    "background": [Route("/tasks", accept_task, methods=["POST"])],
    "lifespan": [Route("/lifespan", hook_state)],
}
if contract.mounts(contract.THREAD_GROUPS):
    from apps import starlette_threads

    ROUTES |= starlette_threads.ROUTES
if contract.mounts(contract.FILE_GROUPS):
    from apps import starlette_files

    ROUTES |= starlette_files.ROUTES
lifespans = []

if "lifespan" in contract.mounted():
    lifespans.append(hooks)
if contract.mounts(contract.CLIENT_GROUPS):
    from apps import starlette_client

    ROUTES |= starlette_client.ROUTES
    lifespans.append(starlette_client.lifespan)
if contract.mounts(contract.DATABASE_GROUPS):
    from apps import starlette_data

    ROUTES |= starlette_data.ROUTES
    lifespans.append(starlette_data.lifespan)
if contract.mounts(contract.ORM_GROUPS):
    from apps import starlette_orm

    ROUTES |= starlette_orm.ROUTES
    lifespans.append(starlette_orm.lifespan)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open what the groups of this launch need, and close it at the end."""
    async with AsyncExitStack() as lives:
        for part in lifespans:
            await lives.enter_async_context(part(app))
        yield


def create_app(routes: list[BaseRoute], middleware: Sequence[Middleware] = ()) -> Starlette:
    """Build an application of ``routes``, in their order."""
    return Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={ValidationError: invalid, json.JSONDecodeError: malformed},
        lifespan=lifespan if lifespans else None,
    )


def static(index: int) -> Callable[[Request], Awaitable[Response]]:
    """Make the handler of one static route of the routing target."""

    async def route(_request: Request) -> Response:
        return JSONResponse(contract.route_answer(index))

    return route


async def thing(request: Request) -> Response:
    """Answer of the dynamic route of the routing target."""
    return JSONResponse(contract.thing_answer(request.path_params["thing_id"]))


def routing_route(index: int) -> Route:
    """Route ``index`` of the routing target."""
    if index == contract.DYNAMIC_INDEX:
        return Route(contract.route_path(index) + "{thing_id:int}", thing)
    return Route(contract.route_path(index), static(index))


app = create_app([route for group in contract.mounted() for route in ROUTES.get(group, ())])


TARGETS: dict[str, str] = {
    "app_middleware": "starlette_targets",
    "app_middleware_none": "starlette_targets",
    "app_include": "starlette_targets",
    "app_errors": "starlette_targets",
}
"""Targets of other files, each with the file that builds it."""


def __getattr__(name: str) -> Starlette:
    """Build another target where a server asks for it: no other launch pays for it."""
    if name == "app_routing":
        return create_app([routing_route(index) for index in range(contract.ROUTES_TOTAL)])
    if name in TARGETS:
        application: Starlette = import_module(f"apps.{TARGETS[name]}").TARGETS[name]()
        return application
    if name == "app_compress":
        # https://www.starlette.io/middleware/#gzipmiddleware
        routes = [route for group in contract.COMPRESSED_GROUPS for route in ROUTES[group]]
        return create_app(routes, [Middleware(GZipMiddleware, compresslevel=contract.GZIP_LEVEL)])
    raise AttributeError(name)
