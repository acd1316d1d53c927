"""SQLAlchemy's asynchronous sessions: one engine with its pool as long as an application lives.

After https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html (attributes stay readable behind a commit)
and .../orm/session_transaction.html#setting-transaction-isolation-levels-dbapi-autocommit (two engines over
one pool).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from apps.sqlalchemy_models import TRANSACTIONS, database_url, engine_options


class Sessions(NamedTuple):
    """What makes sessions."""

    reading: async_sessionmaker[AsyncSession]
    """In autocommit."""
    writing: async_sessionmaker[AsyncSession]
    """In transactions."""


@asynccontextmanager
async def open_sessions() -> AsyncIterator[Sessions]:
    """Make the engine, connected once, so that it has learnt of the database before the first request."""
    engine = create_async_engine(database_url(), **engine_options())
    async with engine.connect():
        pass
    yield Sessions(
        reading=async_sessionmaker(engine, expire_on_commit=False),
        writing=async_sessionmaker(engine.execution_options(**TRANSACTIONS), expire_on_commit=False),
    )
    await engine.dispose()
