"""FastAPI: groups whose handlers are plain functions, called in the pool of threads, or that compute.

https://fastapi.tiangolo.com/async/#path-operation-functions: what is declared with ``def`` runs in a thread.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from apps import contract
from apps import contract_threads as threads
from apps import pydantic_models as models

ROUTERS = {group: APIRouter() for group in contract.THREAD_GROUPS}
Steps = Annotated[int, Query(ge=1, le=contract.CPU_STEPS_MAX)]


@ROUTERS["json-sync"].get("/json-sync")
def message() -> models.Message:
    """Answer of ``json-sync``."""
    return models.Message(message=threads.greeting())


@ROUTERS["delay-threadpool"].get("/delay-threadpool/{ms}")
def delay(
    ms: Annotated[int, Path(ge=contract.DELAY_MIN_MS, le=contract.DELAY_MAX_MS)],
) -> models.Delay:
    """Answer of ``delay-threadpool``, after that many milliseconds."""
    return models.Delay(**threads.blocked(ms))


@ROUTERS["cpu"].get("/cpu")
def cpu(n: Steps = contract.CPU_STEPS) -> models.Computed:
    """Answer of ``cpu``."""
    return models.Computed(**threads.computed(n))


@ROUTERS["cpu-inline"].get("/cpu-inline")
async def cpu_inline(n: Steps = contract.CPU_STEPS) -> models.Computed:
    """Answer of ``cpu-inline``."""
    return models.Computed(**threads.computed_inline(n))
