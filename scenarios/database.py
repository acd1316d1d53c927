"""What scenarios over a database share: how it is made, and what requests leave behind in it."""

from __future__ import annotations

from apps import contract_data, contract_orm
from scenarios.exchange import Effects

SCHEMA = (*contract_data.SCHEMA, *contract_orm.SCHEMA)
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


def sku(account_id: int, place: int) -> str:
    """Article of line number ``place``, from 1, of a purchase, which tells whose it is."""
    return f"A{account_id}-{place}"


PURCHASES = Effects(
    count="SELECT count(*) FROM purchases",
    noun="purchases in the database",
    wrong="""SELECT count(*) FROM purchases FULL JOIN (
        SELECT purchase_id, sum(quantity * unit_cents) AS cents, string_agg(sku, ' ' ORDER BY sku) AS skus
        FROM purchase_lines GROUP BY purchase_id
    ) AS lines ON lines.purchase_id = purchases.id
    WHERE lines.cents IS DISTINCT FROM purchases.total_cents
    OR lines.skus IS DISTINCT FROM 'A' || account_id || '-1 A' || account_id || '-2'""",
)
"""Of ``orm-write``: a purchase has both of its lines, and is their sum."""
