# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "litestar", "msgspec", "pyjwt", "psycopg[binary,pool]", "httpx", "sqlalchemy[asyncio]~=2.0",
# ]
#
# [tool.hotlap]
# title = "Litestar"
# documentation = "https://docs.litestar.dev/latest/"
# notes = """
# Structs of msgspec in and out, with markers on every parameter, as Litestar's documentation teaches. \
# Tokens are checked in an authentication middleware of the auth controller, because the built-in JWTAuth \
# accepts any scheme and sends no challenge. \
# The database is asked by psycopg 3 over its pool, open as long as the lifespan, in autocommit. \
# By an ORM it is asked by SQLAlchemy over a pool of as many connections, in autocommit as well, a session \
# for each request; what writes has a transaction. \
# Another service is asked by httpx. \
# Plain functions run in a pool of 40 threads, as FastAPI's and Starlette's do; by itself Litestar has \
# asyncio's: four more than there are CPUs, 32 at most. Middleware is ASGIMiddleware. \
# Unexpected exceptions are logged by Litestar (log_exceptions="always"), to memory. \
# Documentation routes stay as shipped. \
# Compression is at level 6 in place of 9."""
# serialiser = "msgspec"
# validator = "msgspec"
# pool = true
# schema = "/schema/openapi.json"
# docs = ["/schema", "/schema/swagger", "/schema/redoc"]
# quick = ["uvicorn-standard", "granian-asgi"]
# sentinel = ["uvicorn-standard--json"]
# implements = [
#     "plaintext", "json", "params", "orders", "orders-raw", "items", "dependencies", "auth", "form", "delay",
#     "stream", "sse", "websocket", "routing", "delay-threadpool", "cpu", "cpu-inline", "json-sync",
#     "lifespan", "middleware", "middleware-none", "include", "errors",
#     "upstream", "db-read", "db-many", "db-write", "orm-page", "orm-write", "mixed",
#     "background", "compress", "upload", "static",
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
# "stream on gunicorn-asgi*" = """gunicorn 27.0.1 tells an app whose answer is sent no disconnect, for which \
# Litestar's streams wait: the 17th on a connection is never answered"""
# "sse on gunicorn-asgi*" = "as stream: the 17th on a connection is never answered"
# static-304 = "static files of Litestar answer no conditional requests: they send an ETag and take none"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["litestar/app.py::Litestar.__call__"]
# routing = [
#     "litestar/_asgi/asgi_router.py::ASGIRouter.__call__",
#     "litestar/_asgi/asgi_router.py::ASGIRouter._handle_routing",
#     "litestar/routes/http.py::HTTPRoute.handle",
# ]
# "input and validation" = [
#     "litestar/_kwargs/kwargs_model.py::KwargsModel.to_kwargs",
#     "litestar/_signature/model.py::SignatureModel.parse_values_from_connection_kwargs",
# ]
# serialisation = ["litestar/serialization/msgspec_hooks.py::encode_json"]
# response = [
#     "litestar/handlers/http_handlers/base.py::HTTPRouteHandler.to_response",
#     "litestar/response/base.py::ASGIResponse.__call__",
# ]
# ///
"""Litestar: the contract as one controller per group, with msgspec's structs in and out."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Annotated, Any

import msgspec
from litestar import Controller, Litestar, MediaType, Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter, URLEncodedBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from apps import contract, contract_tasks, litestar_resolved, litestar_streams
from apps.litestar_models import (
    Accepted,
    Contact,
    Delay,
    Item,
    Message,
    Order,
    PricedOrder,
    Task,
    UserItems,
)


class PlaintextController(Controller):
    """Group ``plaintext``."""

    @get("/plaintext", media_type=MediaType.TEXT)
    async def plaintext(self) -> str:
        """Answer of ``plaintext``."""
        return contract.greeting()


class JsonController(Controller):
    """Group ``json``."""

    @get("/json")
    async def message(self) -> Message:
        """Answer of ``json``."""
        return Message(message=contract.greeting())


class ParamsController(Controller):
    """Group ``params``."""

    @get("/users/{user_id:int}/items")
    async def user_items(
        self,
        user_id: Annotated[int, PathParameter(ge=1, le=contract.USER_ID_MAX)],
        q: FromQuery[str | None] = None,
        limit: Annotated[
            int, QueryParameter(ge=contract.LIMIT_MIN, le=contract.LIMIT_MAX)
        ] = contract.LIMIT_DEFAULT,
    ) -> UserItems:
        """Answer of ``params``."""
        return UserItems(**contract.user_items(user_id, q, limit))


class OrdersController(Controller):
    """Group ``orders``."""

    @post("/orders")
    async def create_order(self, data: JSONBody[Order]) -> PricedOrder:
        """Answer of ``orders``: the validated order, priced."""
        total = contract.total_cents((line.quantity, line.unit_cents) for line in data.lines)
        return PricedOrder(customer=data.customer, lines=data.lines, options=data.options, total_cents=total)


class OrdersRawController(Controller):
    """Group ``orders-raw``."""

    @post("/orders-raw")
    async def create_order_raw(self, request: Request) -> dict[str, Any]:
        """Answer of ``orders-raw``: the order as it came, priced."""
        order = await request.json()
        total = contract.total_cents((line["quantity"], line["unit_cents"]) for line in order["lines"])
        return {**order, "total_cents": total}


class ItemsController(Controller):
    """Group ``items``."""

    @get("/items")
    async def list_items(
        self,
        offset: Annotated[int, QueryParameter(ge=0, le=contract.OFFSET_MAX)] = 0,
        n: Annotated[int, QueryParameter(ge=1, le=contract.ITEMS_MAX)] = contract.ITEMS_DEFAULT,
    ) -> list[Item]:
        """Answer of ``items``: rows as typed items."""
        return msgspec.convert(list(contract.item_rows(offset, n)), list[Item])


class FormController(Controller):
    """Group ``form``."""

    @post("/form", status_code=200)
    async def contact(self, data: URLEncodedBody[Contact]) -> Contact:
        """Answer of ``form``: its fields."""
        return data


class DelayController(Controller):
    """Group ``delay``."""

    @get("/delay/{ms:int}")
    async def delay(
        self,
        ms: Annotated[int, PathParameter(ge=contract.DELAY_MIN_MS, le=contract.DELAY_MAX_MS)],
    ) -> Delay:
        """Answer of ``delay``, after that many milliseconds."""
        await asyncio.sleep(ms / 1000)
        return Delay(**contract.delay_answer(ms))


async def run_task(task: Task) -> None:
    """Run the task of ``background``."""
    if task.wait_ms:
        await asyncio.sleep(task.wait_ms / 1000)
    contract_tasks.ran(task.id)


class BackgroundController(Controller):
    """Group ``background``."""

    @post("/tasks", status_code=202)
    async def accept_task(self, data: JSONBody[Task]) -> Response[Accepted]:
        """Answer of ``background``: the task is accepted, and runs afterwards.

        https://docs.litestar.dev/latest/usage/responses.html#background-tasks
        """
        accepted = Accepted(**contract_tasks.accept(data.id))
        return Response(accepted, background=BackgroundTask(run_task, data))


class HookState(Struct):
    """Answer of ``lifespan``."""

    pid: int
    opened_by: int


@asynccontextmanager
async def hooks(application: Litestar) -> AsyncGenerator[None, None]:
    """Run the start hook, serve with what it made as state, then run the stop hook."""
    application.state.opened_by = contract.hooked("start")
    yield
    contract.hooked("stop")


class LifespanController(Controller):
    """Group ``lifespan``."""

    @get("/lifespan")
    async def hook_state(self, state: State) -> HookState:
        """Answer of ``lifespan``: what the start hook left."""
        return HookState(**contract.hook_state(state.opened_by))


CONTROLLERS: dict[str, ControllerRouterHandler] = {
    "plaintext": PlaintextController,
    "json": JsonController,
    "params": ParamsController,
    "orders": OrdersController,
    "orders-raw": OrdersRawController,
    "items": ItemsController,
    "form": FormController,
    "delay": DelayController,
    "background": BackgroundController,
    "lifespan": LifespanController,
    **litestar_resolved.CONTROLLERS,
    **litestar_streams.CONTROLLERS,
}
ON_STARTUP: list[Callable[[], Awaitable[None]]] = []
if contract.mounts(contract.THREAD_GROUPS):
    from apps import litestar_threads

    CONTROLLERS |= litestar_threads.CONTROLLERS
    ON_STARTUP.append(litestar_threads.size_pool)
lifespans = []

if "lifespan" in contract.mounted():
    lifespans.append(hooks)
if contract.mounts(contract.CLIENT_GROUPS):
    from apps import litestar_client

    CONTROLLERS |= litestar_client.CONTROLLERS
    lifespans.append(litestar_client.lifespan)
if contract.mounts(contract.DATABASE_GROUPS):
    from apps import litestar_data

    CONTROLLERS |= litestar_data.CONTROLLERS
    lifespans.append(litestar_data.lifespan)
if contract.mounts(contract.ORM_GROUPS):
    from apps import litestar_orm

    CONTROLLERS |= litestar_orm.CONTROLLERS
    lifespans.append(litestar_orm.lifespan)
if contract.mounts(contract.FILE_GROUPS):
    from apps import litestar_files

    CONTROLLERS |= litestar_files.HANDLERS


TARGETS: dict[str, str] = {
    "app_routing": "litestar_targets",
    "app_middleware": "litestar_targets",
    "app_middleware_none": "litestar_targets",
    "app_include": "litestar_targets",
    "app_errors": "litestar_targets",
}
"""Targets of other files, each with the file that builds it."""


def create_compress_app() -> Litestar:
    """Build the application of the compress target.

    https://docs.litestar.dev/latest/usage/middleware/builtin-middleware.html#gzip
    """
    gzip = CompressionConfig(backend="gzip", gzip_compress_level=contract.GZIP_LEVEL)
    controllers = [CONTROLLERS[group] for group in contract.COMPRESSED_GROUPS]
    return Litestar(controllers, compression_config=gzip)


app = Litestar(
    [CONTROLLERS[group] for group in contract.mounted()], on_startup=ON_STARTUP, lifespan=lifespans
)


def __getattr__(name: str) -> Litestar:
    """Build another target where a server asks for it: no other launch pays for it."""
    if name in TARGETS:
        application: Litestar = import_module(f"apps.{TARGETS[name]}").TARGETS[name]()
        return application
    if name == "app_compress":
        return create_compress_app()
    raise AttributeError(name)
