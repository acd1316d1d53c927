"""Apps that are wrong with tasks, files and compression, each fault refused by the check meant for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from runners.environments.lock import SHARED
from runners.selection.frameworks import APPS
from runners.verify import tasks
from tests.support.command_line import call

pytestmark = pytest.mark.servers

STARLETTE = (APPS / "starlette_app.py").read_text(encoding="utf-8")
FILES = "starlette_files.ROUTES"
COMPRESSION = "Middleware(GZipMiddleware, compresslevel=contract.GZIP_LEVEL)"
CAREFREE = """
from starlette.responses import FileResponse
from apps import contract_files

OVERHEAD = 158


async def any_file(request):
    path = contract_files.STATIC_FOLDER / request.path_params["path"]
    return FileResponse(path) if path.is_file() else Response(status_code=404)


async def said_size(request):
    async with request.form() as form:
        if "file" not in form:
            return JSONResponse(contract_files.NO_FILE, status_code=422)
        told = contract_files.uploaded(form["file"].filename, await form["file"].read())
    size = int(request.headers["content-length"]) - len(told["name"].encode()) - OVERHEAD
    return JSONResponse({**told, "size": max(size, 0)})


class Always:
    def __init__(self, app):
        self.app = GZipMiddleware(app, compresslevel=contract.GZIP_LEVEL)

    async def __call__(self, scope, receive, send):
        wanted = {**scope, "headers": [*scope.get("headers", ()), (b"accept-encoding", b"gzip")]}
        await self.app(wanted, receive, send)


UNSAFE = {
    "static": [Route("/static/{path:path}", any_file)],
    "upload": [Route("/upload", said_size, methods=["POST"])],
}
"""
SLOPPY = """
from starlette.responses import FileResponse
from apps import contract_files

pages, digests = {}, {}


async def one_file(_request):
    return FileResponse(contract_files.STATIC_FOLDER / contract_files.STATIC_NAME)


async def known_size(request):
    async with request.form() as form:
        if "file" not in form:
            return JSONResponse(contract_files.NO_FILE, status_code=422)
        told = contract_files.uploaded(form["file"].filename, await form["file"].read())
    digest = digests.setdefault(told["size"], told["sha256"])
    return JSONResponse({**told, "sha256": digest})


async def kept_page(request):
    if request.url.query not in pages:
        pages[request.url.query] = (await list_items(request)).body
    return Response(pages[request.url.query], media_type="application/json")


ROUTES["items"] = [Route("/items", kept_page)]
UNSAFE = {
    "static": [Route("/static/" + contract_files.STATIC_NAME, one_file)],
    "upload": [Route("/upload", known_size, methods=["POST"])],
}
"""


def mutant(faults: str, *changes: tuple[str, str]) -> str:
    """Starlette's app with these faults in front of its first function of targets, and these changes."""
    begin = "if contract.mounts(contract.FILE_GROUPS)"
    text = STARLETTE
    for old, new in ((begin, f"{faults}\n\n{begin}"), (FILES, "UNSAFE"), *changes):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


MUTANTS = {
    "carefree": mutant(
        CAREFREE,
        ("background = BackgroundTask(run_task, task)", "background = await run_task(task)"),
        (COMPRESSION, "Middleware(Always)"),
    ),
    "sloppy": mutant(
        SLOPPY, ("    contract_tasks.ran(task.id)", "    if task.id % 2: contract_tasks.ran(task.id)")
    ),
}
REFUSED = {
    ("carefree", "background"): "the task had run before its answer came",
    ("carefree", "upload"): "$.size: wanted int",
    ("carefree", "static"): "gives away a file from outside its folder",
    ("carefree", "static-304"): "wanted status 304, got 200",
    ("carefree", "compress"): "compressed (gzip) though it was not asked for",
    ("sloppy", "background"): "were lost",
    ("sloppy", "upload"): "$.sha256: wanted str",
    ("sloppy", "static-304"): "wanted status 304, got 200",
    ("sloppy", "compress"): "not made on every call",
}
"""By app and scenario: what is said of it."""


def test_each_fault_is_refused_by_the_check_that_is_meant_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apps = tmp_path / "apps"
    (apps / "locks").mkdir(parents=True)
    shutil.copy(APPS / "locks" / SHARED, apps / "locks" / SHARED)
    for name, text in {"starlette": STARLETTE, **MUTANTS}.items():
        (apps / f"{name}_app.py").write_text(text, encoding="utf-8")
        shutil.copy(APPS / "locks" / "starlette.txt", apps / "locks" / f"{name}.txt")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "SETTLE_S", 0.5)
    scenarios = ("background", "upload", "static", "static-304", "compress")
    words = [word for name in scenarios for word in ("--scenario", name)]
    assert call(monkeypatch, "verify", "--apps", str(apps), "--server", "uvicorn-pure", "--json", *words) == 3
    said = {
        (failure["stack"].partition("--")[0], failure["cell"]["scenario"]): failure["message"]
        for failure in json.loads(capsys.readouterr().out)["failures"]
    }
    assert said.keys() == REFUSED.keys()
    for fault, message in REFUSED.items():
        assert message in said[fault]
