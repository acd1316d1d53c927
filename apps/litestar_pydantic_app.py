# /// script
# requires-python = ">=3.11"
# dependencies = ["litestar", "pydantic"]
#
# [tool.hotlap]
# title = "Litestar with pydantic"
# documentation = "https://docs.litestar.dev/latest/"
# notes = """
# The same controllers as litestar, with the pydantic models that the other frameworks use in and out; \
# only groups that have a model."""
# serialiser = "msgspec, over pydantic's dump"
# validator = "pydantic"
# schema = "/schema/openapi.json"
# docs = ["/schema", "/schema/swagger", "/schema/redoc"]
# implements = ["json", "orders", "items", "form"]
#
# [tool.hotlap.targets.asgi]
# default = "app"
#
# [tool.hotlap.not-applicable]
# "*" = "a variant for what models cost: without one, it would be the same as litestar"
#
# [tool.hotlap.boundaries]
# "input and validation" = [
#     "pydantic/main.py::BaseModel.model_validate",
#     "pydantic/main.py::BaseModel.model_validate_json",
#     "pydantic/type_adapter.py::TypeAdapter.validate_python",
# ]
# serialisation = [
#     "pydantic/main.py::BaseModel.model_dump",
#     "pydantic/type_adapter.py::TypeAdapter.dump_python",
# ]
# ///
"""Litestar with pydantic models in the place of structs: what the choice of models costs."""

from typing import Annotated

from litestar import Controller, Litestar, get, post
from litestar.params import JSONBody, QueryParameter, URLEncodedBody

from apps import contract
from apps import pydantic_models as models


class JsonController(Controller):
    """Group ``json``."""

    @get("/json")
    async def message(self) -> models.Message:
        """Answer of ``json``."""
        return models.Message(message=contract.greeting())


class OrdersController(Controller):
    """Group ``orders``."""

    @post("/orders")
    async def create_order(self, data: JSONBody[models.Order]) -> models.PricedOrder:
        """Answer of ``orders``: the validated order, priced."""
        return models.PricedOrder.from_order(data)


class ItemsController(Controller):
    """Group ``items``."""

    @get("/items")
    async def list_items(
        self,
        offset: Annotated[int, QueryParameter(ge=0, le=contract.OFFSET_MAX)] = 0,
        n: Annotated[int, QueryParameter(ge=1, le=contract.ITEMS_MAX)] = contract.ITEMS_DEFAULT,
    ) -> list[models.Item]:
        """Answer of ``items``: rows as typed items."""
        return models.Items.validate_python(list(contract.item_rows(offset, n)))


class FormController(Controller):
    """Group ``form``."""

    @post("/form", status_code=200)
    async def contact(self, data: URLEncodedBody[models.Contact]) -> models.Contact:
        """Answer of ``form``: its fields."""
        return data


CONTROLLERS: dict[str, type[Controller]] = {
    "json": JsonController,
    "orders": OrdersController,
    "items": ItemsController,
    "form": FormController,
}

app = Litestar([CONTROLLERS[group] for group in contract.mounted() if group in CONTROLLERS])
