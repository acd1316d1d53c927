"""Litestar: the structs of msgspec that its controllers take and give."""

from typing import Annotated

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
