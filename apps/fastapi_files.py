"""FastAPI's routes of ``upload`` and ``static``, imported by launches that mount one of them.

https://fastapi.tiangolo.com/tutorial/request-files/, https://fastapi.tiangolo.com/tutorial/static-files/
"""

from fastapi import APIRouter, UploadFile
from fastapi.staticfiles import StaticFiles

from apps import contract_files
from apps import pydantic_models as models

ROUTERS = {"upload": APIRouter()}
MOUNTS = {"static": ("/static", StaticFiles(directory=contract_files.STATIC_FOLDER))}


@ROUTERS["upload"].post("/upload")
async def upload(file: UploadFile) -> models.Uploaded:
    """Answer of ``upload``: what arrived."""
    return models.Uploaded(**contract_files.uploaded(file.filename or "", await file.read()))
