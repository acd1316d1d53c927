"""Starlette's routes of ``upload`` and ``static``, imported by launches that mount one of them.

https://www.starlette.io/requests/#request-files, https://www.starlette.io/staticfiles/
"""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from apps import contract_files


async def upload(request: Request) -> Response:
    """Answer of ``upload``: what arrived."""
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            return JSONResponse(contract_files.NO_FILE, status_code=422)
        return JSONResponse(contract_files.uploaded(file.filename or "", await file.read()))


ROUTES: dict[str, list[BaseRoute]] = {
    "upload": [Route("/upload", upload, methods=["POST"])],
    "static": [Mount("/static", StaticFiles(directory=contract_files.STATIC_FOLDER))],
}
