# /// script
# requires-python = ">=3.11"
# dependencies = ["flask", "pydantic", "pyjwt", "psycopg[binary,pool]", "httpx", "sqlalchemy~=2.0"]
#
# [tool.hotlap]
# title = "Flask"
# documentation = "https://flask.palletsprojects.com/en/stable/"
# notes = """
# Flask brings no validation: the views read JSON by the request and call pydantic. \
# Models become dicts and Flask's JSON provider serialises them, with sorted keys as shipped. \
# The database is asked by psycopg 3 over a pool that each worker opens, in autocommit. \
# By an ORM it is asked by SQLAlchemy over a pool of as many connections, in autocommit as well, a session \
# for each request; what writes has a transaction. \
# Another service is asked by httpx. \
# Middleware is WSGI's, around wsgi_app. Unexpected exceptions are logged by Flask, to memory. \
# With pydantic's JSON both ways (model_validate_json, model_dump_json) orders take 32% and items 41% fewer \
# instructions in process."""
# serialiser = "stdlib json (Flask's provider)"
# validator = "pydantic, called by the views"
# pool = true
# quick = ["gunicorn-gthread", "granian-wsgi"]
# sentinel = ["gunicorn-gthread--json"]
# implements = [
#     "plaintext", "json", "params", "orders", "orders-raw", "items", "auth", "form", "delay", "stream",
#     "sse", "routing", "cpu", "middleware", "middleware-none", "include", "errors",
#     "upstream", "db-read", "db-many", "db-write", "orm-page", "orm-write", "mixed",
#     "upload", "static", "static-304",
# ]
#
# [tool.hotlap.targets.wsgi]
# default = "app"
# routing = "app_routing"
# middleware = "app_middleware"
# middleware-none = "app_middleware_none"
# include = "app_include"
# errors = "app_errors"
#
# [tool.hotlap.not-applicable]
# background = "Flask has no background tasks: its documentation sends them to a queue (Celery)"
# compress = "Flask has no compression of its own: another package (Flask-Compress) adds it"
# dependencies = "Flask has no dependency injection"
# websocket = "Flask speaks WSGI, which has no WebSocket"
# json-sync = "every view of Flask is a plain function: json is one already"
# delay-threadpool = "every view of Flask is a plain function: delay is one already"
# cpu-inline = "every view of Flask is a plain function: cpu is one already, and there is no event loop"
# lifespan = "Flask speaks WSGI, which has no start and stop of a worker"
#
# [tool.hotlap.boundaries]
# "framework, whole" = ["flask/app.py::Flask.__call__"]
# routing = [
#     "flask/app.py::Flask.full_dispatch_request",
#     "werkzeug/routing/map.py::MapAdapter.match",
# ]
# "input and validation" = [
#     "flask/json/provider.py::DefaultJSONProvider.loads",
#     "pydantic/main.py::BaseModel.model_validate",
#     "pydantic/type_adapter.py::TypeAdapter.validate_python",
# ]
# serialisation = [
#     "flask/json/provider.py::DefaultJSONProvider.dumps",
#     "json/__init__.py::dumps",
#     "pydantic/main.py::BaseModel.model_dump",
#     "pydantic/type_adapter.py::TypeAdapter.dump_python",
# ]
# response = [
#     "flask/app.py::Flask.finalize_request",
#     "werkzeug/wrappers/response.py::Response.__call__",
# ]
# ///
"""Flask: the contract as one blueprint per group, with pydantic called where input is to be checked."""

import json
import time
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module

import jwt
from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from apps import contract, contract_files
from apps import pydantic_models as models

View = Callable[..., ResponseReturnValue]

ABSENT = {
    *("dependencies", "websocket", "background", "lifespan"),
    *("json-sync", "delay-threadpool", "cpu-inline"),
}
SHIPPED = {"static"}
"""What a Flask application has without being told: the folder ``static`` beside its module."""
BLUEPRINTS = {group: Blueprint(group, __name__) for group in contract.GROUPS if group not in ABSENT | SHIPPED}
if contract.mounts(contract.THREAD_GROUPS):
    from apps import flask_threads

    BLUEPRINTS |= flask_threads.BLUEPRINTS


@BLUEPRINTS["plaintext"].get("/plaintext")
def plaintext() -> ResponseReturnValue:
    """Answer of ``plaintext``."""
    return Response(contract.greeting(), mimetype="text/plain")


@BLUEPRINTS["json"].get("/json")
def message() -> ResponseReturnValue:
    """Answer of ``json``."""
    return {"message": contract.greeting()}


@BLUEPRINTS["params"].get("/users/<int:user_id>/items")
def user_items(user_id: int) -> ResponseReturnValue:
    """Answer of ``params``: path and query together."""
    inputs = models.UserItemsIn.model_validate({**request.args.to_dict(), "user_id": user_id})
    return contract.user_items(inputs.user_id, inputs.q, inputs.limit)


@BLUEPRINTS["orders"].post("/orders")
def create_order() -> ResponseReturnValue:
    """Answer of ``orders``: the validated order, priced."""
    order = models.Order.model_validate(request.get_json())
    return models.PricedOrder.from_order(order).model_dump(), 201


@BLUEPRINTS["orders-raw"].post("/orders-raw")
def create_order_raw() -> ResponseReturnValue:
    """Answer of ``orders-raw``: the order as it came, priced."""
    order = request.get_json()
    total = contract.total_cents((line["quantity"], line["unit_cents"]) for line in order["lines"])
    return {**order, "total_cents": total}, 201


@BLUEPRINTS["items"].get("/items")
def list_items() -> ResponseReturnValue:
    """Answer of ``items``: rows as typed items."""
    page = models.Page.model_validate(request.args.to_dict())
    items = models.Items.validate_python(list(contract.item_rows(page.offset, page.n)))
    return models.Items.dump_python(items)


def unauthorized(detail: str) -> ResponseReturnValue:
    """Say why, and what would be accepted."""
    return jsonify(detail=detail), 401, {"WWW-Authenticate": "Bearer"}


def token_required(view: View) -> View:
    """Let a request through to ``view`` with the claims of a good token only."""

    @wraps(view)
    def wrapped(**values: int) -> ResponseReturnValue:
        authorization = request.authorization
        if authorization is None or authorization.type != "bearer" or authorization.token is None:
            return unauthorized("Not authenticated")
        try:
            g.claims = jwt.decode(
                authorization.token, contract.JWT_SECRET, algorithms=[contract.JWT_ALGORITHM]
            )
        except jwt.InvalidTokenError:
            return unauthorized("Could not validate credentials")
        if contract.is_revoked(g.claims):
            return unauthorized("Could not validate credentials")
        return view(**values)

    return wrapped


@BLUEPRINTS["auth"].get("/auth")
@token_required
def me() -> ResponseReturnValue:
    """Answer of ``auth`` to a good token."""
    return contract.me(g.claims)


@BLUEPRINTS["form"].post("/form")
def contact() -> ResponseReturnValue:
    """Answer of ``form``: its fields."""
    return models.Contact.model_validate(request.form.to_dict()).model_dump()


@BLUEPRINTS["upload"].post("/upload")
def upload() -> ResponseReturnValue:
    """Answer of ``upload``: what arrived.

    https://flask.palletsprojects.com/en/stable/patterns/fileuploads/
    """
    file = request.files.get("file")
    if file is None:
        return contract_files.NO_FILE, 422
    return contract_files.uploaded(file.filename or "", file.read())


@BLUEPRINTS["delay"].get("/delay/<int:ms>")
def delay(ms: int) -> ResponseReturnValue:
    """Answer of ``delay``, after that many milliseconds."""
    delay = models.DelayIn(ms=ms)
    time.sleep(delay.ms / 1000)
    return contract.delay_answer(delay.ms)


@BLUEPRINTS["stream"].get("/stream")
def stream() -> ResponseReturnValue:
    """Answer of ``stream``: chunks as they are made."""
    query = models.Stream.model_validate(request.args.to_dict())
    return Response(contract.stream_chunks(query.chunks), mimetype="application/octet-stream")


def events_of(n: int, interval_s: float) -> Iterator[str]:
    """Make the events of ``sse``, with the interval between them."""
    for index, event in enumerate(contract.events(n)):
        if index:
            time.sleep(interval_s)
        yield f"data: {json.dumps(event)}\n\n"


@BLUEPRINTS["sse"].get("/events")
def events() -> ResponseReturnValue:
    """Answer of ``sse``: events as they come."""
    query = models.Events.model_validate(request.args.to_dict())
    content = events_of(query.n, query.interval_ms / 1000)
    return Response(content, mimetype="text/event-stream", headers={"Cache-Control": "no-cache"})


def invalid(error: ValidationError) -> ResponseReturnValue:
    """Answer of all views to input that pydantic refuses."""
    return models.problems(error), 422


def malformed(error: Exception) -> ResponseReturnValue:
    """Answer of all views to a body that is no JSON."""
    return jsonify(detail=str(error)), 400


if contract.mounts(contract.CLIENT_GROUPS):
    from apps import flask_client

    BLUEPRINTS |= flask_client.BLUEPRINTS
if contract.mounts(contract.DATABASE_GROUPS):
    from apps import flask_data

    BLUEPRINTS |= flask_data.BLUEPRINTS
if contract.mounts(contract.ORM_GROUPS):
    from apps import flask_orm

    BLUEPRINTS |= flask_orm.BLUEPRINTS


def create_app() -> Flask:
    """Build the application of the groups that this launch mounts."""
    application = Flask(__name__)
    application.register_error_handler(ValidationError, invalid)
    application.register_error_handler(400, malformed)
    for group in contract.mounted():
        if group in BLUEPRINTS:
            application.register_blueprint(BLUEPRINTS[group])
    return application


def static(index: int) -> View:
    """Make the view of one static route of the routing target."""

    def route() -> ResponseReturnValue:
        return contract.route_answer(index)

    return route


def thing(thing_id: int) -> ResponseReturnValue:
    """Answer of the dynamic route of the routing target."""
    return contract.thing_answer(thing_id)


def create_routing_app() -> Flask:
    """Build the application of the routing target."""
    application = Flask(__name__)
    for index in range(contract.ROUTES_TOTAL):
        path = contract.route_path(index)
        if index == contract.DYNAMIC_INDEX:
            application.add_url_rule(f"{path}<int:thing_id>", view_func=thing)
        else:
            application.add_url_rule(path, endpoint=f"route_{index:03d}", view_func=static(index))
    return application


app = create_app()


TARGETS: dict[str, str] = {
    "app_middleware": "flask_targets",
    "app_middleware_none": "flask_targets",
    "app_include": "flask_targets",
    "app_errors": "flask_targets",
}
"""Targets of other files, each with the file that builds it."""


def __getattr__(name: str) -> Flask:
    """Build another target where a server asks for it: no other launch pays for it."""
    if name == "app_routing":
        return create_routing_app()
    if name in TARGETS:
        application: Flask = import_module(f"apps.{TARGETS[name]}").TARGETS[name]()
        return application
    raise AttributeError(name)
