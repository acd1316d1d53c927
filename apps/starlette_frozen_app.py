# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "starlette", "pydantic", "pyjwt", "python-multipart", "psycopg[binary,pool]", "httpx",
#     "sqlalchemy[asyncio]~=2.0",
# ]
#
# [tool.hotlap]
# title = "Starlette, frozen"
# documentation = "https://www.starlette.io/"
# notes = """
# The reference stack of histories: the app of starlette in an environment whose lock is never refreshed, so \
# that what others do relative to it changes with them alone. It is no contender."""
# serialiser = "stdlib json (JSONResponse)"
# validator = "pydantic, called by the handlers"
# pool = true
# default = false
# frozen = true
# implements = [
#     "plaintext", "json", "params", "orders", "orders-raw", "items", "auth", "form", "delay", "stream",
#     "sse", "websocket", "delay-threadpool", "cpu", "cpu-inline", "json-sync", "lifespan",
#     "upstream", "db-read", "db-many", "db-write", "orm-page", "orm-write", "mixed",
#     "background", "upload", "static", "static-304",
# ]
#
# [tool.hotlap.targets.asgi]
# default = "app"
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
#
# [tool.hotlap.not-applicable]
# "*" = "the reference stack serves what needs no app of its own"
# ///
"""Starlette as in ``starlette_app.py``, with packages that never change: what histories are relative to."""

from apps import starlette_app

app = starlette_app.app
