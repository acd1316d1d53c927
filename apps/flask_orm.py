"""Flask's views over an ORM: SQLAlchemy's sessions, one for each request, over an engine of each worker.

After https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/ and
https://docs.sqlalchemy.org/en/20/core/pooling.html#using-connection-pools-with-multiprocessing-or-os-fork
(an engine is made behind a fork); attributes stay readable behind a commit, as in the asynchronous form.
"""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from apps import contract_orm as contract
from apps import pydantic_orm as models
from apps.sqlalchemy_models import (
    TRANSACTIONS,
    Purchase,
    PurchaseLine,
    database_url,
    engine_options,
    page_from,
)

BLUEPRINTS = {group: Blueprint(group, __name__) for group in contract.GROUPS}
engine = create_engine(database_url(), **engine_options())
reading = sessionmaker(engine, expire_on_commit=False)
writing = sessionmaker(engine.execution_options(**TRANSACTIONS), expire_on_commit=False)
with engine.connect():
    pass  # it has learnt of the database before the first request


@BLUEPRINTS["orm-page"].get("/posts")
def posts() -> ResponseReturnValue:
    """Answer of ``orm-page``: posts with their authors and tags."""
    query = models.PostsIn.model_validate(request.args.to_dict())
    with reading() as session:
        page = session.scalars(page_from(query.first)).all()
        return [contract.post_answer(post, post.tags) for post in page]


@BLUEPRINTS["orm-write"].post("/purchases")
def create_purchase() -> ResponseReturnValue:
    """Answer of ``orm-write``: the purchase, written with its lines."""
    sent = models.PurchaseIn.model_validate(request.get_json())
    purchase = Purchase(
        account_id=sent.account_id,
        total_cents=contract.purchase_cents(sent.lines),
        lines=[PurchaseLine(**line.model_dump()) for line in sent.lines],
    )
    with writing.begin() as session:
        session.add(purchase)
    return {"id": purchase.id, "total_cents": purchase.total_cents}, 201
