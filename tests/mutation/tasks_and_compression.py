"""Mutants with what Flask has not of its own: tasks behind answers that are not as promised, compression."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, Stage, broken
from tests.mutation.snippets import COUNT, KEPT, MADE_ONCE, ROWS

RAN = "    contract_tasks.ran(task.id)"
ACCEPTED = "contract_tasks.accept(task.id)"


def _task(name: str, refused: str, *changes: tuple[str, str, str], later: bool = False) -> Mutant:
    """One that is wrong with background tasks, which Flask has not."""
    return Mutant(
        name=name,
        kind=Kind.BACKGROUND,
        scenario="background",
        refused=refused,
        stage=Stage.AFTER if later else Stage.VERIFY,
        starlette=broken(*changes, first=COUNT if later else ""),
    )


BACKGROUND = (
    _task(
        "a task runs before its answer",
        "the task had run before its answer came",
        ("accept_task", "BackgroundTask(run_task, task)", "await run_task(task)"),
    ),
    _task(
        "every other task is lost",
        "were lost",
        ("run_task", RAN, f"    if task.id % 2:\n    {RAN}"),
    ),
    _task(
        "tasks run twice",
        "ran without being accepted, or twice",
        ("run_task", RAN, f"{RAN}\n{RAN}"),
    ),
    _task(
        "tasks are promised and not accepted",
        "answered, and the task was not accepted",
        ("accept_task", ACCEPTED, '{"id": task.id, "state": "accepted"}'),
    ),
    _task(
        "tasks are lost after 300",
        "were lost",
        ("run_task", RAN, f"    if next(asked) < 300:\n    {RAN}"),
        later=True,
    ),
)

GZIP = "Middleware(GZipMiddleware, compresslevel=contract.GZIP_LEVEL)"
ALWAYS = """
class Always:
    def __init__(self, app):
        self.app = GZipMiddleware(app, compresslevel=contract.GZIP_LEVEL)

    async def __call__(self, scope, receive, send):
        wanted = {**scope, "headers": [*scope.get("headers", ()), (b"accept-encoding", b"gzip")]}
        await self.app(wanted, receive, send)"""
UNVARIED = """
class Unvaried:
    def __init__(self, app):
        self.app = GZipMiddleware(app, compresslevel=contract.GZIP_LEVEL)

    async def __call__(self, scope, receive, send):
        async def without_vary(message):
            if "headers" in message:
                named = [pair for pair in message["headers"] if pair[0].lower() != b"vary"]
                message = {**message, "headers": named}
            await send(message)

        await self.app(scope, receive, without_vary)"""


def _compressed(name: str, refused: str, middleware: str, first: str = "") -> Mutant:
    """One whose compression is another, which Flask has none of."""
    return Mutant(
        name=name,
        kind=Kind.COMPRESS,
        scenario="compress",
        refused=refused,
        starlette=broken(("__getattr__", GZIP, middleware), first=first),
    )


COMPRESS = (
    _compressed(
        "compressed for who did not ask for it",
        "compressed (gzip) though it was not asked for",
        "Middleware(Always)",
        ALWAYS,
    ),
    _compressed(
        "hardly compressed at all",
        "hardly at all",
        "Middleware(GZipMiddleware, compresslevel=0)",
    ),
    _compressed(
        "not compressed",
        "wanted Content-Encoding gzip, got none",
        "Middleware(GZipMiddleware, minimum_size=10**9)",
    ),
    _compressed(
        "what is small is compressed too",
        "(a small answer): compressed (gzip) though it was not asked for",
        "Middleware(GZipMiddleware, minimum_size=1, compresslevel=contract.GZIP_LEVEL)",
    ),
    _compressed(
        "caches are not told that it is compressed",
        "wanted Vary with Accept-Encoding",
        "Middleware(Unvaried)",
        UNVARIED,
    ),
    Mutant(
        name="a page is compressed that was kept",
        kind=Kind.COMPRESS,
        scenario="compress",
        refused=MADE_ONCE,
        starlette=broken(("list_items", ROWS, f"kept.setdefault((page.offset, page.n), {ROWS})"), first=KEPT),
    ),
)

MUTANTS = (*BACKGROUND, *COMPRESS)
