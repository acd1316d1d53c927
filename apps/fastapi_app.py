# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "fastapi", "pyjwt", "python-multipart", "psycopg[binary,pool]", "httpx", "sqlalchemy[asyncio]~=2.0",
# ]
#
# [tool.hotlap]
# title = "FastAPI"
# documentation = "https://fastapi.tiangolo.com/"
# notes = """
# Answers go through response models, which pydantic validates and serialises. \
# orders-raw reads the request and makes a JSONResponse by itself, without a model. \
# The database is asked by psycopg 3 over its pool, open as long as the lifespan, in autocommit; a \
# connection comes by a dependency. By an ORM it is asked by \
# SQLAlchemy over a pool of as many connections, in autocommit as well, a session for each request by a \
# dependency; what writes has a transaction. Another service is asked by httpx. \
# Plain functions run in anyio's pool of 40 threads, as shipped; middleware is pure ASGI. \
# An unexpected exception is raised again behind its answer and logged by the server, to memory. \
# Documentation routes and telemetry stay as shipped (no OpenTelemetry SDK is installed). \
# Compression is at level 6 in place of 9."""
# serialiser = "pydantic (response model)"
# validator = "pydantic"
# pool = true
# built-on = "starlette"
# schema = "/openapi.json"
# docs = ["/docs", "/redoc"]
# quick = ["uvicorn-standard", "granian-asgi"]
# sentinel = ["uvicorn-standard--orders", "granian-asgi--json"]
# implements = [
#     "plaintext", "json", "params", "orders", "orders-raw", "items", "dependencies", "auth", "form", "delay",
#     "stream", "sse", "websocket", "routing", "delay-threadpool", "cpu", "cpu-inline", "json-sync",
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
# [tool.hotlap.needs]
# stream = "fastapi>=0.135"
# sse = "fastapi>=0.135"
#
# [tool.hotlap.not-applicable]
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["fastapi/applications.py::FastAPI.__call__"]
# routing = [
#     "fastapi/routing.py::APIRoute.matches",
#     "fastapi/routing.py::APIRoute.handle",
# ]
# "input and validation" = ["fastapi/dependencies/utils.py::solve_dependencies"]
# serialisation = ["fastapi/routing.py::serialize_response"]
# ///
"""FastAPI: the contract as path operations, one router per group."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Annotated, Any

import jwt
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    Form,
    HTTPException,
    Path,
    Query,
    Request,
    WebSocket,
    status,
)
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from apps import contract, contract_tasks
from apps import pydantic_models as models

try:  # older releases cannot stream from a generator; they lack two scenarios, and no other
    from fastapi.sse import EventSourceResponse
except ModuleNotFoundError:
    EventSourceResponse = None

ROUTERS = {group: APIRouter() for group in contract.GROUPS}
if contract.mounts(contract.THREAD_GROUPS):
    from apps import fastapi_threads

    ROUTERS |= fastapi_threads.ROUTERS
MOUNTS: dict[str, tuple[str, Any]] = {}
"""Groups that are applications of their own, each with its path."""
if contract.mounts(contract.FILE_GROUPS):
    from apps import fastapi_files

    ROUTERS |= fastapi_files.ROUTERS
    MOUNTS |= fastapi_files.MOUNTS


@ROUTERS["plaintext"].get("/plaintext", response_class=PlainTextResponse)
async def plaintext() -> str:
    """Answer of ``plaintext``."""
    return contract.greeting()


@ROUTERS["json"].get("/json")
async def message() -> models.Message:
    """Answer of ``json``."""
    return models.Message(message=contract.greeting())


@ROUTERS["params"].get("/users/{user_id}/items")
async def user_items(
    user_id: Annotated[int, Path(ge=1, le=contract.USER_ID_MAX)],
    q: str | None = None,
    limit: Annotated[int, Query(ge=contract.LIMIT_MIN, le=contract.LIMIT_MAX)] = contract.LIMIT_DEFAULT,
) -> models.UserItems:
    """Answer of ``params``."""
    return models.UserItems(**contract.user_items(user_id, q, limit))


@ROUTERS["orders"].post("/orders", status_code=status.HTTP_201_CREATED)
async def create_order(order: models.Order) -> models.PricedOrder:
    """Answer of ``orders``: the validated order, priced."""
    return models.PricedOrder.from_order(order)


@ROUTERS["orders-raw"].post("/orders-raw")
async def create_order_raw(request: Request) -> JSONResponse:
    """Answer of ``orders-raw``: the order as it came, priced."""
    order = await request.json()
    total = contract.total_cents((line["quantity"], line["unit_cents"]) for line in order["lines"])
    return JSONResponse({**order, "total_cents": total}, status_code=status.HTTP_201_CREATED)


@ROUTERS["items"].get("/items", response_model=list[models.Item])
async def list_items(page: Annotated[models.Page, Query()]) -> list[dict[str, Any]]:
    """Answer of ``items``: rows, made typed items by the response model."""
    return list(contract.item_rows(page.offset, page.n))


async def shared(n: int) -> contract.Trail:
    """Provide what the other dependencies have in common."""
    return contract.Trail(n)


Shared = Annotated[contract.Trail, Depends(shared)]


async def first(shared: Shared) -> contract.Trail:
    """Provide the first step."""
    return shared.step("first")


First = Annotated[contract.Trail, Depends(first)]


async def second(shared: Shared, first: First) -> contract.Trail:  # noqa: ARG001 - resolved before
    """Provide the second step, behind the first."""
    return shared.step("second")


Second = Annotated[contract.Trail, Depends(second)]


async def third(shared: Shared, second: Second) -> contract.Trail:  # noqa: ARG001 - resolved before
    """Provide the third step, behind the second."""
    return shared.step("third")


Third = Annotated[contract.Trail, Depends(third)]


@ROUTERS["dependencies"].get("/dependencies")
async def dependencies(shared: Shared, third: Third) -> models.Resolved:
    """Answer of ``dependencies``."""
    return models.Resolved(**contract.dependencies_answer(shared, third))


bearer = HTTPBearer()


def unauthorized() -> HTTPException:
    """Make the 401 to a token that is no good."""
    return HTTPException(
        status_code=status.HTTP_401_UNAUTHORIZED,
        detail="Could not validate credentials",
        headers={"WWW-Authenticate": "Bearer"},
    )


async def current_claims(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> dict[str, Any]:
    """Provide the claims of a good token, or answer 401."""
    try:
        claims = jwt.decode(credentials.credentials, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM])
    except jwt.InvalidTokenError as error:
        raise unauthorized() from error
    if contract.is_revoked(claims):
        raise unauthorized()
    return claims


@ROUTERS["auth"].get("/auth")
async def me(claims: Annotated[dict[str, Any], Depends(current_claims)]) -> models.Me:
    """Answer of ``auth`` to a good token."""
    return models.Me(**contract.me(claims))


@ROUTERS["form"].post("/form")
async def contact(data: Annotated[models.Contact, Form()]) -> models.Contact:
    """Answer of ``form``: its fields."""
    return data


@ROUTERS["delay"].get("/delay/{ms}")
async def delay(
    ms: Annotated[int, Path(ge=contract.DELAY_MIN_MS, le=contract.DELAY_MAX_MS)],
) -> models.Delay:
    """Answer of ``delay``, after that many milliseconds."""
    await asyncio.sleep(ms / 1000)
    return models.Delay(**contract.delay_answer(ms))


class OctetStreamResponse(StreamingResponse):
    """A stream of bytes that are nothing in particular."""

    media_type = "application/octet-stream"


async def stream(
    chunks: Annotated[int, Query(ge=1, le=contract.STREAM_CHUNKS_MAX)] = contract.STREAM_CHUNKS,
) -> AsyncIterable[bytes]:
    """Answer of ``stream``: chunks as they are made."""
    for chunk in contract.stream_chunks(chunks):
        yield chunk


async def events(asked: Annotated[models.Events, Query()]) -> AsyncIterable[models.Event]:
    """Answer of ``sse``: events as they come."""
    for index, event in enumerate(contract.events(asked.n)):
        if index:
            await asyncio.sleep(asked.interval_ms / 1000)
        yield models.Event(**event)


if EventSourceResponse is not None:
    ROUTERS["stream"].get("/stream", response_class=OctetStreamResponse)(stream)
    ROUTERS["sse"].get("/events", response_class=EventSourceResponse)(events)


@ROUTERS["websocket"].websocket("/ws")
async def echo(websocket: WebSocket) -> None:
    """Answer of ``websocket``: every message as it came."""
    await websocket.accept()
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if (text := message.get("text")) is not None:
            await websocket.send_text(text)
        else:
            await websocket.send_bytes(message["bytes"])


async def run_task(task: models.Task) -> None:
    """Run the task of ``background``."""
    if task.wait_ms:
        await asyncio.sleep(task.wait_ms / 1000)
    contract_tasks.ran(task.id)


@ROUTERS["background"].post("/tasks", status_code=status.HTTP_202_ACCEPTED)
async def accept_task(task: models.Task, background_tasks: BackgroundTasks) -> models.Accepted:
    """Answer of ``background``: the task is accepted, and runs afterwards.

    https://fastapi.tiangolo.com/tutorial/background-tasks/
    """
    background_tasks.add_task(run_task, task)
    return models.Accepted(**contract_tasks.accept(task.id))


lifespans = []


@asynccontextmanager
async def hooks(app: FastAPI) -> AsyncIterator[None]:
    """Run the start hook, serve with what it left in the state, then run the stop hook."""
    app.state.opened_by = contract.hooked("start")
    yield
    contract.hooked("stop")


@ROUTERS["lifespan"].get("/lifespan")
async def hook_state(request: Request) -> models.HookState:
    """Answer of ``lifespan``: what the start hook left."""
    return models.HookState(**contract.hook_state(request.app.state.opened_by))


if "lifespan" in contract.mounted():
    lifespans.append(hooks)
if contract.mounts(contract.CLIENT_GROUPS):
    from apps import fastapi_client

    ROUTERS |= fastapi_client.ROUTERS
    lifespans.append(fastapi_client.lifespan)
if contract.mounts(contract.DATABASE_GROUPS):
    from apps import fastapi_data

    ROUTERS |= fastapi_data.ROUTERS
    lifespans.append(fastapi_data.lifespan)
if contract.mounts(contract.ORM_GROUPS):
    from apps import fastapi_orm

    ROUTERS |= fastapi_orm.ROUTERS
    lifespans.append(fastapi_orm.lifespan)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open what the groups of this launch need, and close it at the end."""
    async with AsyncExitStack() as lives:
        for part in lifespans:
            await lives.enter_async_context(part(app))
        yield


def create_app() -> FastAPI:
    """Build the application of the groups that this launch mounts."""
    application = FastAPI(lifespan=lifespan if lifespans else None)
    for group in contract.mounted():
        if group in MOUNTS:
            application.mount(*MOUNTS[group], name=group)
        else:
            application.include_router(ROUTERS[group])
    return application


def static(index: int) -> Callable[[], Awaitable[models.RouteAnswer]]:
    """Make the path operation of one static route of the routing target."""

    async def route() -> models.RouteAnswer:
        return models.RouteAnswer(**contract.route_answer(index))

    return route


async def thing(thing_id: int) -> models.Thing:
    """Answer of the dynamic route of the routing target."""
    return models.Thing(**contract.thing_answer(thing_id))


def create_routing_app() -> FastAPI:
    """Build the application of the routing target."""
    application = FastAPI()
    for index in range(contract.ROUTES_TOTAL):
        if index == contract.DYNAMIC_INDEX:
            application.get(contract.route_path(index) + "{thing_id}")(thing)
        else:
            application.get(contract.route_path(index))(static(index))
    return application


def create_compress_app() -> FastAPI:
    """Build the application of the compress target.

    https://fastapi.tiangolo.com/advanced/middleware/#gzipmiddleware
    """
    application = FastAPI()
    application.add_middleware(GZipMiddleware, compresslevel=contract.GZIP_LEVEL)
    for group in contract.COMPRESSED_GROUPS:
        application.include_router(ROUTERS[group])
    return application


app = create_app()


TARGETS: dict[str, str] = {
    "app_middleware": "fastapi_targets",
    "app_middleware_none": "fastapi_targets",
    "app_include": "fastapi_targets",
    "app_errors": "fastapi_targets",
}
"""Targets of other files, each with the file that builds it."""


def __getattr__(name: str) -> FastAPI:
    """Build another target where a server asks for it: no other launch pays for it."""
    if name == "app_routing":
        return create_routing_app()
    if name in TARGETS:
        application: FastAPI = import_module(f"apps.{TARGETS[name]}").TARGETS[name]()
        return application
    if name == "app_compress":
        return create_compress_app()
    raise AttributeError(name)
