# /// script
# requires-python = ">=3.11"
# dependencies = ["django~=5.2.0", "pydantic", "pyjwt", "psycopg[binary,pool]"]
#
# [tool.hotlap]
# title = "Django with its pool"
# documentation = "https://docs.djangoproject.com/en/5.2/ref/databases/"
# notes = """
# The same views over a database as django, with the pool of its PostgreSQL backend switched on (OPTIONS, \
# pool), as large as those of the other frameworks; only what reads or writes a database."""
# serialiser = "stdlib json (JsonResponse)"
# validator = "pydantic, called by the views"
# pool = true
# implements = ["db-read", "db-many", "db-write", "orm-page", "orm-write", "mixed"]
#
# [tool.hotlap.targets.wsgi]
# default = "app"
#
# [tool.hotlap.targets.asgi]
# default = "asgi_app"
#
# [tool.hotlap.not-applicable]
# "*" = "a variant for what connections cost: without a database, it would be the same as django"
#
# [tool.hotlap.boundaries]
# "framework, whole" = [
#     "django/core/handlers/wsgi.py::WSGIHandler.__call__",
#     "django/core/handlers/asgi.py::ASGIHandler.__call__",
# ]
# middleware = ["django/utils/deprecation.py::MiddlewareMixin.__call__"]
# routing = ["django/urls/resolvers.py::URLResolver.resolve"]
# "input and validation" = [
#     "json/__init__.py::loads",
#     "pydantic/main.py::BaseModel.model_validate",
#     "pydantic/type_adapter.py::TypeAdapter.validate_python",
# ]
# serialisation = [
#     "json/__init__.py::dumps",
#     "pydantic/main.py::BaseModel.model_dump",
#     "pydantic/type_adapter.py::TypeAdapter.dump_python",
# ]
# response = [
#     "django/http/response.py::JsonResponse.__init__",
#     "django/http/response.py::HttpResponseBase.close",
# ]
# ///
"""Django with a pool in the place of a connection for each request: what the choice costs.

After https://docs.djangoproject.com/en/5.2/ref/databases/ (connection pool).
"""

from apps import contract, contract_data, django_data

if contract.mounts(contract.ROW_GROUPS):
    django_data.OPTIONS["pool"] = {
        "min_size": contract_data.connections(),
        "max_size": contract_data.connections(),
    }

from apps import django_app  # it makes its settings of what stands above


def __getattr__(name: str) -> object:
    """Build the target that a server asks for."""
    if name in {"app", "asgi_app"}:
        return django_app.TARGETS[name]()
    raise AttributeError(name)
