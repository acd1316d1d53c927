"""Work that an answer promises and that is done behind it, by each framework's own background tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random

from apps.contract_tasks import TASK_ID_MAX, WAIT_MAX_MS
from scenarios import answers
from scenarios.exchange import Check, Deferred, Exchange, Request, Scenario
from scenarios.inputs import RING, get

NUMBER = 25
"""Place in the catalogue."""

LATE_MS = 200
"""The task whose place behind its answer is proven waits so long before it notes that it ran."""


def _post(sent: object) -> Request:
    headers = (("Content-Type", "application/json"),)
    return Request(method="POST", target="/tasks", headers=headers, body=json.dumps(sent).encode())


def _right(sent: Mapping[str, int], about: str = "") -> Exchange:
    check = answers.json_answer({"id": sent["id"], "state": "accepted"}, 202)
    return Exchange(request=_post(sent), check=check, about=about)


def _id(random: Random) -> int:
    return random.randint(1, TASK_ID_MAX)


def ring(random: Random) -> tuple[Exchange, ...]:
    """Tasks that do not wait."""
    return tuple(_right({"id": _id(random)}) for _ in range(RING))


def late(random: Random) -> Deferred:
    """A task that waits."""
    task = _id(random)
    return Deferred(task=task, exchange=_right({"id": task, "wait_ms": LATE_MS}, "a task that waits"))


def probes(random: Random) -> tuple[Exchange, ...]:
    """Edges of both ranges, and bad values of each."""
    return (
        _right({"id": TASK_ID_MAX, "wait_ms": 0}, "largest id, no wait"),
        _right({"id": 1, "wait_ms": 1}, "smallest id, shortest wait"),
        _bad({}, "id", "no id"),
        *(_bad({"id": bad}, "id", f"id {bad!r}") for bad in ("abc", 2.5, None, 0, TASK_ID_MAX + 1)),
        *(
            _bad({"id": _id(random), "wait_ms": bad}, "wait_ms", f"wait_ms {bad!r}")
            for bad in ("abc", -1, WAIT_MAX_MS + 1)
        ),
        get("/tasks/none", answers.not_found(), "unknown path"),
    )


def _bad(sent: Mapping[str, object], field: str, about: str) -> Exchange:
    request = _post(sent)
    check: Check = answers.refused(request, field)
    return Exchange(request=request, check=check, about=about)


SCENARIOS = (
    Scenario(
        name="background",
        title="a task that runs behind its answer",
        group="background",
        ring=ring,
        probes=probes,
        deferred=late,
    ),
)
