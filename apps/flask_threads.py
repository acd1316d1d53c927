"""Flask: the group that computes; every view of Flask is a plain function in one of the server's threads."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from apps import contract_threads as threads
from apps import pydantic_models as models

BLUEPRINTS = {"cpu": Blueprint("cpu", __name__)}


@BLUEPRINTS["cpu"].get("/cpu")
def cpu() -> ResponseReturnValue:
    """Answer of ``cpu``."""
    return threads.computed(models.Cpu.model_validate(request.args.to_dict()).n)
