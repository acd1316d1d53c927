"""Made runs, one for each situation that a headline tells, with the golden texts of what is said of them.

``python -m tests.support.made_answers`` writes the texts anew: read the difference before it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from report.analysis.answers.answers import find_answers
from report.analysis.conclusions import conclude
from report.analysis.titles import titles_of
from report.views.answers.exports import as_lines
from results.model import Cell, Failure, FailureStage, Run, Trial
from results.store import read
from tests.support.paths import FIXTURES
from tests.support.synthetic import make_run
from tests.support.synthetic_turns import make_relay
from tests.support.two_interpreters import joined, on

FOLDER = FIXTURES / "answers"
UVICORN, GRANIAN, THREADS, GRANIAN_WSGI = (
    "uvicorn-standard",
    "granian-asgi",
    "gunicorn-gthread",
    "granian-wsgi",
)
TWO = (("starlette", UVICORN), ("fastapi", UVICORN))
THREE = (*TWO, ("litestar", UVICORN))
USUAL: dict[str, Any] = {"control": False, "scenarios": ("json", "orders")}
COSTS = {
    "starlette--json": 100.0,
    "fastapi--json": 227.0,
    "starlette--orders": 260.0,
    "fastapi--orders": 448.0,
}


def on_servers(costs: dict[str, float], **factors: float) -> dict[str, float]:
    """``costs`` by framework and scenario, on each server (``_`` for ``-``) by its factor."""
    return {
        f"{framework}--{server.replace('_', '-')}--{scenario}": cost * factor
        for name, cost in costs.items()
        for framework, scenario in [name.split("--")]
        for server, factor in factors.items()
    }


def anybody(_: Cell) -> bool:
    """Every cell."""
    return True


def changed(run: Run, wanted: Callable[[Cell], bool], change: Callable[[Trial], Trial]) -> Run:
    """``run`` with the trials of some cells changed."""
    return replace(run, trials=tuple(change(t) if wanted(t.cell) else t for t in run.trials))


def clear_winner() -> Run:
    """Two frameworks on two servers that differ by little."""
    stacks = (*TWO, ("starlette", GRANIAN), ("fastapi", GRANIAN))
    costs = on_servers(COSTS, uvicorn_standard=1.0, granian_asgi=0.97)
    return make_relay(stacks=stacks, cost_us=costs, **USUAL)


def level(*frameworks: float) -> Run:
    """Three frameworks with these costs on one server."""
    names = ("starlette", "litestar", "fastapi")
    costs = {f"{name}--{UVICORN}": cost for name, cost in zip(names, frameworks, strict=True)}
    return make_relay(stacks=THREE, cost_us=costs, **USUAL)


def divided() -> Run:
    """Another framework serves most in the last scenario."""
    by_scenario = {
        "plaintext": (90.0, 130.0, 200.0),
        "json": (100.0, 140.0, 227.0),
        "orders": (260.0, 180.0, 448.0),
    }
    costs = {
        f"{name}--{scenario}": cost
        for scenario, own in by_scenario.items()
        for name, cost in zip(("starlette", "litestar", "fastapi"), own, strict=True)
    }
    return make_relay(
        stacks=THREE,
        cost_us=on_servers(costs, uvicorn_standard=1.0),
        scenarios=tuple(by_scenario),
        control=False,
    )


def failures() -> Run:
    """One stack did not start."""
    run = make_relay(stacks=(*TWO, ("flask", THREADS), ("django", THREADS)), **USUAL)
    stack = f"django--{THREADS}"
    failure = Failure(
        stack=stack,
        cell=None,
        block=0,
        stage=FailureStage.LAUNCH,
        message="the server ended with exit code 3",
    )
    return replace(run, failures=(failure,), trials=tuple(t for t in run.trials if t.cell.stack != stack))


def database_bound() -> Run:
    """The database is busier than the servers."""
    costs = {
        f"{name}--{UVICORN}": cost
        for name, cost in (("starlette", 100.0), ("litestar", 110.0), ("fastapi", 130.0))
    }
    run = make_relay(stacks=THREE, cost_us=costs, control=False, scenarios=("db-read",))
    return changed(
        run,
        anybody,
        lambda t: replace(
            t, service_cpu_ns={"database": int(0.92e9 * t.window_s)}, service_cpus={"database": 1}
        ),
    )


def flask_level() -> Run:
    """Flask on one of its servers is level with the best stack on ASGI."""
    stacks = (*TWO, ("flask", GRANIAN_WSGI), ("flask", THREADS))
    costs = {f"flask--{GRANIAN_WSGI}": 100.0, f"flask--{THREADS}": 400.0}
    costs |= {f"starlette--{UVICORN}": 100.0, f"fastapi--{UVICORN}": 227.0}
    return make_relay(stacks=stacks, cost_us=costs, control=False, scenarios=("json",))


def two_interpreters() -> Run:
    """The same frameworks on two interpreters, on one of which the gap is smaller."""
    older = make_relay(stacks=TWO, cost_us=on_servers(COSTS, uvicorn_standard=1.0), **USUAL)
    costs = {**COSTS, "fastapi--json": 200.0, "fastapi--orders": 400.0}
    newer = make_relay(stacks=TWO, cost_us=on_servers(costs, uvicorn_standard=1.0), seed=2, **USUAL)
    return joined(on(older, "3.12", 0), on(newer, "3.13", 1))


def waiting_only() -> Run:
    """Handlers wait, and threads run out."""
    run = make_run(
        stacks=(*TWO, ("flask", THREADS)),
        scenarios=("delay",),
        connections=500,
        control=False,
        troubles=False,
    )
    return changed(
        run, lambda cell: cell.framework == "flask", lambda t: replace(t, requests=t.requests // 6)
    )


def flagged_throughout() -> Run:
    """Others were at work in every window."""
    quiet = {"launch_noise": 0.01, "trial_noise": 0.01, "troubles": False}
    run = make_run(stacks=TWO, **quiet, **USUAL)
    return changed(run, anybody, lambda t: replace(t, busy_ticks=(t.busy_ticks or 0) + 30))


RUNS: dict[str, Callable[[], Run]] = {
    "clear-winner": clear_winner,
    "tie": lambda: level(100, 100, 200),
    "nothing-separable": lambda: level(100, 100, 100),
    "divided": divided,
    "one-stack": lambda: make_relay(stacks=TWO[:1], **USUAL),
    "failures": failures,
    "database-bound": database_bound,
    "flask-level": flask_level,
    "floor-only": lambda: make_relay(stacks=(("asgi", UVICORN),), **USUAL),
    "two-interpreters": two_interpreters,
    "waiting-only": waiting_only,
    "flagged-throughout": flagged_throughout,
    "few-blocks": lambda: make_relay(stacks=TWO, blocks=3, **USUAL),
    "open-only": lambda: make_run(stacks=TWO, closed=False, rates=(500.0,), control=False, troubles=False),
    "old-record": lambda: read(FIXTURES / "schema-1.0"),
}
"""By the name of the golden text."""


def said(run: Run) -> str:
    """All that a terminal says in answer."""
    return "\n".join(as_lines(find_answers(run, conclude(run)), titles_of(run))) + "\n"


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of each run."""
    return ((name, said(make())) for name, make in RUNS.items())


def main() -> None:
    """Write the golden texts."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in texts():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
