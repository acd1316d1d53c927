"""Litestar's handlers of ``upload`` and ``static``, imported by launches that mount one of them.

https://docs.litestar.dev/latest/usage/requests.html#file-uploads,
https://docs.litestar.dev/latest/usage/static-files.html
"""

from dataclasses import dataclass

from litestar import Controller, post
from litestar.datastructures import UploadFile
from litestar.params import MultipartBody
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from apps import contract_files


@dataclass
class Upload:
    """Input of ``upload``."""

    file: UploadFile


class Uploaded(Struct):
    """Answer of ``upload``."""

    name: str
    size: int
    sha256: str


class UploadController(Controller):
    """Group ``upload``."""

    @post("/upload", status_code=200)
    async def upload(self, data: MultipartBody[Upload]) -> Uploaded:
        """Answer of ``upload``: what arrived."""
        return Uploaded(**contract_files.uploaded(data.file.filename, await data.file.read()))


HANDLERS: dict[str, ControllerRouterHandler] = {
    "upload": UploadController,
    "static": create_static_files_router("/static", [contract_files.STATIC_FOLDER]),
}
