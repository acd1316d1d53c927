"""What scenarios over a database share: how it is made, and what requests leave behind in it."""

from __future__ import annotations

from apps import contract_data as contract
from scenarios.exchange import Effects

SCHEMA = contract.SCHEMA
"""Statements that make the template of all databases."""
WRITTEN_BASE, WRITTEN_VARIANTS = 31, 10
"""Cents that are written: the id times the one, and less than the other on top, so that each row tells."""
BALANCES = Effects(
    count="SELECT coalesce(sum(writes), 0) FROM balances",
    noun="changes in the database",
    wrong=f"""SELECT count(*) FROM balances WHERE CASE WHEN writes = 0 THEN cents <> 0
    ELSE cents - id * {WRITTEN_BASE} NOT BETWEEN 0 AND {WRITTEN_VARIANTS - 1} END""",  # noqa: S608 - numbers of ours
)
"""Of ``db-write``: it counts in the row itself how often that was written."""
