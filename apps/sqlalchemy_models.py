"""SQLAlchemy's mapped classes of what is read and written by it, and the statement of a page.

After https://docs.sqlalchemy.org/en/20/orm/quickstart.html and, for related rows,
.../orm/queryguide/relationships.html: ``joinedload`` of the author of a post, ``selectinload`` of its tags.
"""

from sqlalchemy import URL, Column, ForeignKey, Identity, Select, Table, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload

from apps import contract_data
from apps import contract_orm as contract


class Base(DeclarativeBase):
    """What all mapped classes have in common."""


class Author(Base):
    """Row of ``authors``."""

    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str | None]


class Tag(Base):
    """Row of ``tags``."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


post_tags = Table(
    "post_tags",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Post(Base):
    """Row of ``posts``, with its author and its tags."""

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    title: Mapped[str]
    views: Mapped[int]
    author: Mapped[Author] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags, order_by=Tag.id)


class PurchaseLine(Base):
    """Row of ``purchase_lines``."""

    __tablename__ = "purchase_lines"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchases.id"))
    sku: Mapped[str]
    quantity: Mapped[int]
    unit_cents: Mapped[int]


class Purchase(Base):
    """Row of ``purchases``, with its lines."""

    __tablename__ = "purchases"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int]
    total_cents: Mapped[int]
    lines: Mapped[list[PurchaseLine]] = relationship()


def page_from(first: int) -> Select[tuple[Post]]:
    """Posts of a page that begins with number ``first``, with all that is answered of them."""
    return (
        select(Post)
        .options(joinedload(Post.author, innerjoin=True), selectinload(Post.tags))
        .where(Post.id >= first)
        .order_by(Post.id)
        .limit(contract.PAGE)
    )


def database_url() -> URL:
    """Address of this launch's database, by psycopg 3."""
    return make_url(contract_data.database_url()).set(drivername="postgresql+psycopg")


def engine_options() -> dict[str, object]:
    """Options of every engine: a pool as large as all others, and reading in autocommit as they do.

    What writes opens its transaction with ``TRANSACTIONS`` in the place of autocommit.
    """
    return {"pool_size": contract_data.connections(), "max_overflow": 0, "isolation_level": "AUTOCOMMIT"}


TRANSACTIONS = {"isolation_level": "READ COMMITTED"}
"""Execution options of an engine that writes, over the same pool: PostgreSQL's own default."""
