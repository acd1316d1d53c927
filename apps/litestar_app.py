# /// script
# requires-python = ">=3.11"
# dependencies = ["litestar", "msgspec", "pyjwt", "psycopg[binary,pool]", "httpx"]
#
# [tool.hotlap]
# title = "Litestar"
# notes = """
# Structs of msgspec in and out, with markers on every parameter, as Litestar's documentation teaches. \
# Tokens are checked in an authentication middleware of the auth controller, because the built-in JWTAuth \
# accepts any scheme and sends no challenge. \
# The database is asked by psycopg 3 over its pool, open as long as the lifespan, in autocommit. \
# Another service is asked by httpx. \
# Plain functions run in a pool of 40 threads, as FastAPI's and Starlette's do; by itself Litestar has \
# asyncio's: four more than there are CPUs, 32 at most. Middleware is ASGIMiddleware. \
# Unexpected exceptions are logged by Litestar (log_exceptions="always"), to memory. \
# Documentation routes stay as shipped. \
# Compression is at level 6 in place of 9."""
# serialiser = "msgspec"
# validator = "msgspec"
# schema = "/schema/openapi.json"
# docs = ["/schema", "/schema/swagger", "/schema/redoc"]
# quick = ["uvicorn-standard", "granian-asgi"]
# sentinel = ["uvicorn-standard--json"]
# implements = [
#     "plaintext", "json", "params", "orders", "orders-raw", "items", "dependencies", "auth", "form", "delay",
#     "stream", "sse", "websocket", "routing", "delay-threadpool", "cpu", "cpu-inline", "json-sync",
#     "lifespan", "middleware", "middleware-none", "include", "errors",
#     "upstream", "db-read", "db-many", "db-write",
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

import jwt
import msgspec
from litestar import Controller, Litestar, MediaType, Request, Response, WebSocket, get, post, websocket
from litestar.background_tasks import BackgroundTask
from litestar.config.compression import CompressionConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter, URLEncodedBody
from litestar.response import ServerSentEvent, Stream
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from apps import contract, contract_tasks


class Message(Struct):
    """Answer of ``json``."""

    message: str


class UserItems(Struct):
    """Answer of ``params``."""

    user_id: int
    q: str | None
    limit: int


class Address(Struct):
    """Where a customer lives."""

    street: str
    city: str
    zip: str
    country: Annotated[str, Meta(min_length=2, max_length=2)]


class Customer(Struct):
    """Who orders."""

    id: Annotated[int, Meta(ge=1)]
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    email: str
    address: Address


class Line(Struct):
    """One position of an order."""

    sku: str
    title: str
    quantity: Annotated[int, Meta(ge=contract.QUANTITY_MIN, le=contract.QUANTITY_MAX)]
    unit_cents: Annotated[int, Meta(ge=0, le=contract.CENTS_MAX)]


class Options(Struct):
    """How an order is to be treated."""

    gift: bool
    note: str | None
    priority: Annotated[int, Meta(ge=0, le=contract.PRIORITY_MAX)]
    coupons: list[str]


class Order(Struct):
    """Input of ``orders``."""

    customer: Customer
    lines: Annotated[list[Line], Meta(min_length=1, max_length=100)]
    options: Options


class PricedOrder(Order):
    """Answer of ``orders``: the order and what it costs."""

    total_cents: int


class Warehouse(Struct):
    """Where an item lies."""

    id: int
    city: str


class Item(Struct):
    """One element of the answer of ``items``."""

    id: int
    sku: str
    name: str
    description: str
    price_cents: int
    in_stock: bool
    rating: float
    tags: list[str]
    warehouse: Warehouse | None


class Resolved(Struct):
    """Answer of ``dependencies``."""

    n: int
    order: list[str]
    shared: bool


class Me(Struct):
    """Answer of ``auth``."""

    sub: str
    scope: str


class Contact(Struct):
    """Input and answer of ``form``: the fields of ``contract.FORM_FIELDS``."""

    name: str
    email: str
    subject: str
    message: str
    reference: str


class Delay(Struct):
    """Answer of ``delay``."""

    ms: int


class Event(Struct):
    """Data of one event of ``sse``."""

    index: int
    message: str


class Task(Struct):
    """Input of ``background``."""

    id: Annotated[int, Meta(ge=1, le=contract_tasks.TASK_ID_MAX)]
    wait_ms: Annotated[int, Meta(ge=0, le=contract_tasks.WAIT_MAX_MS)] = 0


class Accepted(Struct):
    """Answer of ``background``."""

    id: int
    state: str


class RouteAnswer(Struct):
    """Answer of a static route of the routing target."""

    route: int
    message: str


class Thing(Struct):
    """Answer of the dynamic route of the routing target."""

    thing_id: int


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


async def chunks_of(n: int) -> AsyncGenerator[bytes, None]:
    """Make the chunks of ``stream`` one by one."""
    for chunk in contract.stream_chunks(n):
        yield chunk


class StreamController(Controller):
    """Group ``stream``."""

    @get("/stream")
    async def stream(
        self,
        chunks: Annotated[int, QueryParameter(ge=1, le=contract.STREAM_CHUNKS_MAX)] = contract.STREAM_CHUNKS,
    ) -> Stream:
        """Answer of ``stream``: chunks as they are made."""
        return Stream(chunks_of(chunks), media_type="application/octet-stream")


async def events_of(n: int, interval_s: float) -> AsyncGenerator[bytes, None]:
    """Make the events of ``sse``, with the interval between them."""
    for index, event in enumerate(contract.events(n)):
        if index:
            await asyncio.sleep(interval_s)
        yield msgspec.json.encode(Event(**event))


class EventsController(Controller):
    """Group ``sse``."""

    @get("/events")
    async def events(
        self,
        n: Annotated[int, QueryParameter(ge=1, le=contract.EVENTS_MAX)] = contract.EVENTS,
        interval_ms: Annotated[
            int, QueryParameter(ge=0, le=contract.EVENT_INTERVAL_MAX_MS)
        ] = contract.EVENT_INTERVAL_MS,
    ) -> ServerSentEvent:
        """Answer of ``sse``: events as they come."""
        return ServerSentEvent(events_of(n, interval_ms / 1000))


class EchoController(Controller):
    """Group ``websocket``."""

    @websocket("/ws")
    async def echo(self, socket: WebSocket) -> None:
        """Answer of ``websocket``: every message as it came."""
        await socket.accept()
        while (event := await socket.receive())["type"] == "websocket.receive":
            if (text := event.get("text")) is not None:
                await socket.send_text(text)
            else:
                await socket.send_bytes(event["bytes"])


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
    "dependencies": DependenciesController,
    "auth": AuthController,
    "form": FormController,
    "delay": DelayController,
    "stream": StreamController,
    "sse": EventsController,
    "websocket": EchoController,
    "background": BackgroundController,
    "lifespan": LifespanController,
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
if contract.mounts(contract.FILE_GROUPS):
    from apps import litestar_files

    CONTROLLERS |= litestar_files.HANDLERS


def static(index: int) -> HTTPRouteHandler:
    """Make the handler of one static route of the routing target."""

    @get(contract.route_path(index))
    async def route() -> RouteAnswer:
        return RouteAnswer(**contract.route_answer(index))

    return route


@get(contract.DYNAMIC_PREFIX + "{thing_id:int}")
async def thing(thing_id: FromPath[int]) -> Thing:
    """Answer of the dynamic route of the routing target."""
    return Thing(**contract.thing_answer(thing_id))


def create_routing_app() -> Litestar:
    """Build the application of the routing target."""
    indices = range(contract.ROUTES_TOTAL)
    return Litestar([thing if index == contract.DYNAMIC_INDEX else static(index) for index in indices])


TARGETS: dict[str, str] = {
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
    if name == "app_routing":
        return create_routing_app()
    if name in TARGETS:
        application: Litestar = import_module(f"apps.{TARGETS[name]}").TARGETS[name]()
        return application
    if name == "app_compress":
        return create_compress_app()
    raise AttributeError(name)
