# /// script
# requires-python = ">=3.11"
# dependencies = ["django~=5.2.0", "pydantic", "psycopg[binary,pool]"]
#
# [tool.hotlap]
# title = "Django with its pool"
# notes = """
# The same views over a database as django, with the pool of its PostgreSQL backend switched on (OPTIONS, \
# pool), as large as those of the other frameworks; only groups that read or write a database."""
# serialiser = "stdlib json (JsonResponse)"
# validator = "pydantic, called by the views"
# pool = true
# implements = ["db-read", "db-many", "db-write"]
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

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import URLPattern, path

from apps import contract, contract_data, django_data

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "[::1]", "localhost", *contract.LISTENING],
    DEBUG=False,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    DATABASES=django_data.settings(
        {"pool": {"min_size": contract_data.connections(), "max_size": contract_data.connections()}}
    )
    if contract.mounts(contract.DATABASE_GROUPS)
    else {},
)

urlpatterns: list[URLPattern] = [
    path(route, view) for group in contract.mounted() for route, view in django_data.ROUTES.get(group, ())
]


def __getattr__(name: str) -> WSGIHandler | ASGIHandler:
    """Build the target that a server asks for."""
    if name == "app":
        return get_wsgi_application()
    if name == "asgi_app":
        return get_asgi_application()
    raise AttributeError(name)
