"""L5: the OpenAPI document that a framework makes of itself: valid, how long it takes, and its pages."""

from __future__ import annotations

import json
import statistics
from typing import Any

from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.http.client import HttpClient
from runners.selection.frameworks import Framework
from runners.servers.recipe import Variant
from scenarios.exchange import Request

GROUPS = ("plaintext", "json", "params", "orders", "items", "dependencies", "auth", "form", "delay")
"""Route groups with typed input or answers."""
WARM = 20
"""Requests whose median is the warm time."""
OK = 200


def observe(subject: Subject) -> Observation:
    """Ask a fresh launch for its document, first cold, and for the pages that show it."""
    groups = tuple(group for group in GROUPS if subject.has(group))
    with subject.start(groups) as server, HttpClient(server.host, server.port) as client:
        request = Request(target=subject.framework.schema)
        cold, *warm = (client.send(request) for _ in range(1 + WARM))
        if cold.status != OK:
            raise subject.error(f"{request.target} is answered with {cold.status}", server)
        pages = {page: client.send(Request(target=page)).status for page in subject.framework.docs}
    try:
        document = json.loads(cold.body)
    except ValueError as error:
        raise subject.error(f"{request.target} is no JSON: {error}", server) from error
    return Observation(
        values={
            "schema_cold_s": cold.elapsed_s,
            "schema_warm_s": statistics.median(answer.elapsed_s for answer in warm),
            "schema_bytes": len(cold.body),
        },
        answers={
            "document": f"{request.target}, OpenAPI {document.get('openapi')}",
            "valid": validity(document),
            "pages": ", ".join(f"{page} {status}" for page, status in pages.items()) or "none declared",
        },
        documents={"openapi": json.dumps(document, separators=(",", ":"), sort_keys=True)},
    )


def validity(document: Any) -> str:  # noqa: ANN401 - JSON as it came
    """``yes``, or the first errors that openapi-spec-validator reports."""
    from openapi_spec_validator import (  # noqa: PLC0415 - slow to import, and no other probe needs it
        OpenAPIV30SpecValidator,
        OpenAPIV31SpecValidator,
    )

    validators = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
    version = ".".join(str(document.get("openapi", "")).split(".")[:2])
    if version not in validators:
        return f"no: version {version!r} is not known"
    errors = [error.message for error in validators[version](document).iter_errors()]
    return f"no: {'; '.join(errors[:3])}" if errors else "yes"


def objection(framework: Framework, _variant: Variant) -> str:
    """Why a framework has no document; empty: it has."""
    return "" if framework.schema else f"{framework.title} makes no OpenAPI document of itself"


PROBE = Probe(
    name="openapi",
    number="L5",
    observe=observe,
    repeats=3,
    seconds=2.0,
    objection=objection,
)
