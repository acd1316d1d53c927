"""Waiting by plain functions: what an async stack does while the threads of its pool are blocked."""

from __future__ import annotations

from scenarios.delay_scenario import DELAY_CONNECTIONS, waiting
from scenarios.exchange import Scenario

NUMBER = 19
"""Place in the catalogue."""

RING, PROBES, LONGEST = waiting("/delay-threadpool/")

SCENARIOS = (
    Scenario(
        name="delay-threadpool",
        title="10 to 30 ms of waiting in a thread",
        group="delay-threadpool",
        ring=RING,
        turns=False,
        probes=PROBES,
        needs="asgi",
        connections=DELAY_CONNECTIONS,
        overlapping=LONGEST,
        pooled=True,
    ),
)
