"""Litestar: groups whose handlers are plain functions, called in the pool of threads, or that compute.

https://docs.litestar.dev/2/topics/sync-vs-async.html: functions with ``sync_to_thread=True`` run in a thread.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from litestar import Controller, get
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct

from apps import contract
from apps import contract_threads as threads

Steps = Annotated[int, QueryParameter(ge=1, le=contract.CPU_STEPS_MAX)]


class Message(Struct):
    """Answer of ``json-sync``."""

    message: str


class Delay(Struct):
    """Answer of ``delay-threadpool``."""

    ms: int


class Computed(Struct):
    """Answer of ``cpu`` and ``cpu-inline``."""

    n: int
    checksum: int


async def size_pool() -> None:
    """Give the event loop as many threads as the other frameworks have; asyncio's number goes by the CPUs."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads.POOL_THREADS))


class JsonSyncController(Controller):
    """Group ``json-sync``."""

    @get("/json-sync", sync_to_thread=True)
    def message(self) -> Message:
        """Answer of ``json-sync``."""
        return Message(message=threads.greeting())


class DelayThreadpoolController(Controller):
    """Group ``delay-threadpool``."""

    @get("/delay-threadpool/{ms:int}", sync_to_thread=True)
    def delay(
        self,
        ms: Annotated[int, PathParameter(ge=contract.DELAY_MIN_MS, le=contract.DELAY_MAX_MS)],
    ) -> Delay:
        """Answer of ``delay-threadpool``, after that many milliseconds."""
        return Delay(**threads.blocked(ms))


class CpuController(Controller):
    """Group ``cpu``."""

    @get("/cpu", sync_to_thread=True)
    def cpu(self, n: Steps = contract.CPU_STEPS) -> Computed:
        """Answer of ``cpu``."""
        return Computed(**threads.computed(n))


class CpuInlineController(Controller):
    """Group ``cpu-inline``."""

    @get("/cpu-inline")
    async def cpu(self, n: Steps = contract.CPU_STEPS) -> Computed:
        """Answer of ``cpu-inline``."""
        return Computed(**threads.computed_inline(n))


CONTROLLERS: dict[str, type[Controller]] = {
    "delay-threadpool": DelayThreadpoolController,
    "cpu": CpuController,
    "cpu-inline": CpuInlineController,
    "json-sync": JsonSyncController,
}
