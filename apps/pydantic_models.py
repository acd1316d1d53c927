"""The contract's shapes as pydantic models, shared by every framework that validates with pydantic.

What is asked of an input (``...In``, and what has no answer) is not asked of an answer again.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from apps import contract, contract_tasks


class Message(BaseModel):
    """Answer of ``json``."""

    message: str


class UserItems(BaseModel):
    """Answer of ``params``."""

    user_id: int
    q: str | None
    limit: int


class UserItemsIn(UserItems):
    """Input of ``params``."""

    user_id: int = Field(ge=1, le=contract.USER_ID_MAX)
    q: str | None = None
    limit: int = Field(contract.LIMIT_DEFAULT, ge=contract.LIMIT_MIN, le=contract.LIMIT_MAX)


class Address(BaseModel):
    """Where a customer lives."""

    street: str
    city: str
    zip: str
    country: str


class AddressIn(Address):
    """The same as input."""

    country: Annotated[str, StringConstraints(min_length=2, max_length=2)]


class Customer(BaseModel):
    """Who orders."""

    id: int
    name: str
    email: str
    address: Address


class CustomerIn(Customer):
    """The same as input."""

    id: int = Field(ge=1)
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    address: AddressIn


class Line(BaseModel):
    """One position of an order."""

    sku: str
    title: str
    quantity: int
    unit_cents: int


class LineIn(Line):
    """The same as input."""

    quantity: int = Field(ge=contract.QUANTITY_MIN, le=contract.QUANTITY_MAX)
    unit_cents: int = Field(ge=0, le=contract.CENTS_MAX)


class Options(BaseModel):
    """How an order is to be treated."""

    gift: bool
    note: str | None
    priority: int
    coupons: list[str]


class OptionsIn(Options):
    """The same as input."""

    priority: int = Field(ge=0, le=contract.PRIORITY_MAX)


class Order(BaseModel):
    """Input of ``orders``."""

    customer: CustomerIn
    lines: list[LineIn] = Field(min_length=1, max_length=100)
    options: OptionsIn


class PricedOrder(BaseModel):
    """Answer of ``orders``: the order and what it costs."""

    customer: Customer
    lines: list[Line]
    options: Options
    total_cents: int

    @classmethod
    def from_order(cls, order: Order) -> PricedOrder:
        """Price ``order``, keeping its validated parts as they are."""
        total = contract.total_cents((line.quantity, line.unit_cents) for line in order.lines)
        lines: list[Any] = order.lines
        return cls(customer=order.customer, lines=lines, options=order.options, total_cents=total)


class Page(BaseModel):
    """Input of ``items``."""

    offset: int = Field(0, ge=0, le=contract.OFFSET_MAX)
    n: int = Field(contract.ITEMS_DEFAULT, ge=1, le=contract.ITEMS_MAX)


class Warehouse(BaseModel):
    """Where an item lies."""

    id: int
    city: str


class Item(BaseModel):
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


Items = TypeAdapter(list[Item])
"""Rows to typed items and back, where the framework has no response model of its own."""


class Resolved(BaseModel):
    """Answer of ``dependencies``."""

    n: int
    order: list[str]
    shared: bool


class Me(BaseModel):
    """Answer of ``auth``."""

    sub: str
    scope: str


class Contact(BaseModel):
    """Input and answer of ``form``: the fields of ``contract.FORM_FIELDS``."""

    name: str
    email: str
    subject: str
    message: str
    reference: str


class Uploaded(BaseModel):
    """Answer of ``upload``."""

    name: str
    size: int
    sha256: str


class Delay(BaseModel):
    """Answer of ``delay``."""

    ms: int


class DelayIn(Delay):
    """Input of ``delay``."""

    ms: int = Field(ge=contract.DELAY_MIN_MS, le=contract.DELAY_MAX_MS)


class Cpu(BaseModel):
    """Input of ``cpu`` and ``cpu-inline``."""

    n: int = Field(contract.CPU_STEPS, ge=1, le=contract.CPU_STEPS_MAX)


class Computed(BaseModel):
    """Answer of ``cpu`` and ``cpu-inline``."""

    n: int
    checksum: int


class Stream(BaseModel):
    """Input of ``stream``."""

    chunks: int = Field(contract.STREAM_CHUNKS, ge=1, le=contract.STREAM_CHUNKS_MAX)


class Events(BaseModel):
    """Input of ``sse``."""

    n: int = Field(contract.EVENTS, ge=1, le=contract.EVENTS_MAX)
    interval_ms: int = Field(contract.EVENT_INTERVAL_MS, ge=0, le=contract.EVENT_INTERVAL_MAX_MS)


class Event(BaseModel):
    """Data of one event of ``sse``."""

    index: int
    message: str


class Task(BaseModel):
    """Input of ``background``."""

    id: int = Field(ge=1, le=contract_tasks.TASK_ID_MAX)
    wait_ms: int = Field(0, ge=0, le=contract_tasks.WAIT_MAX_MS)


class Accepted(BaseModel):
    """Answer of ``background``."""

    id: int
    state: str


class HookState(BaseModel):
    """Answer of ``lifespan``."""

    pid: int
    opened_by: int


class RouteAnswer(BaseModel):
    """Answer of a static route of the routing target."""

    route: int
    message: str


class Share(BaseModel):
    """Answer of ``errors`` where it is one."""

    n: int
    share: int


class Thing(BaseModel):
    """Answer of the dynamic route of the routing target."""

    thing_id: int


def problems(error: ValidationError) -> dict[str, Any]:
    """Body of a 422: what is wrong and where, in pydantic's own words."""
    return {"detail": error.errors(include_url=False, include_context=False, include_input=False)}
