"""Made runs as sessions of one framework each leave them: in turns, each with the floor of its server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from results.model import Run
from tests.support.synthetic_turns import make_relay

SERVER = "uvicorn-standard"


def make_session(
    name: str,
    *frameworks: str,
    seed: int,
    blocks: int = 6,
    scenarios: tuple[str, ...] = ("json",),
    **changes: Any,  # noqa: ANN401 - passed on by name
) -> Run:
    """A run of ``frameworks`` on one server, planned ``seed`` minutes after the first."""
    run = make_relay(
        name=name,
        seed=seed,
        stacks=tuple((framework, SERVER) for framework in frameworks),
        blocks=blocks,
        control=False,
        scenarios=scenarios,
        **{"rounds": 8, **changes},
    )
    created = run.plan.created_unix_s + 60 * seed
    return replace(run, plan=replace(run.plan, created_unix_s=created))
