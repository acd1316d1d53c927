"""Mutants whose start and stop hooks run otherwise than once, or leave nothing; WSGI has no hooks."""

from __future__ import annotations

from tests.mutation.mutant import Kind, Mutant, Stage, broken

START, STOP = 'contract.hooked("start")', 'contract.hooked("stop")'
KEEP = f"app.state.opened_by = {START}"
ANSWER = "return JSONResponse(contract.hook_state("
GETPID = "from os import getpid"


def _mutant(name: str, refused: str, *changes: tuple[str, str, str], first: str = "") -> Mutant:
    return Mutant(
        name=name,
        kind=Kind.HOOKS,
        scenario="lifespan",
        refused=refused,
        stage=Stage.LIFECYCLE,
        starlette=broken(*changes, first=first),
    )


MUTANTS = (
    _mutant(
        "the start hook runs twice",
        "start hook: no: 2 times in 1 processes, of 1 workers",
        ("hooks", KEEP, f"{START}\n    {KEEP}"),
    ),
    _mutant(
        "the start hook never runs",
        "start hook: no: it did not run",
        ("hooks", START, "getpid()"),
        first=GETPID,
    ),
    _mutant(
        "the start hook runs for every request",
        "start hook: no: 41 times in 1 processes",
        ("hook_state", ANSWER, f"{START}\n    {ANSWER}"),
    ),
    _mutant(
        "the start hook leaves nothing",
        "/lifespan is answered with 500",
        ("hooks", KEEP, START),
    ),
    _mutant(
        "the state is that of another process",
        "state in handlers: no: in 40 of 40 answers",
        ("hooks", KEEP, f"{KEEP} + 1"),
    ),
    _mutant(
        "the stop hook runs twice",
        "stop hook: no: 2 times in 1 processes, of 1 workers",
        ("hooks", f"    {STOP}", f"    {STOP}\n    {STOP}"),
    ),
    _mutant(
        "the stop hook never runs",
        "stop hook: no: it did not run",
        ("hooks", f"    {STOP}", "    pass"),
    ),
    _mutant(
        "the stop hook runs for every request",
        "stop hook: no: 41 times in 1 processes",
        ("hook_state", ANSWER, f"{STOP}\n    {ANSWER}"),
    ),
)
