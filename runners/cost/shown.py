"""A plain list of what was counted, until the report's own tables are printed in its place."""

from __future__ import annotations

import json
from dataclasses import asdict
from statistics import mean

from results.model import CostRecord, Run
from runners.cost.protocol import costs


def per_request(record: CostRecord) -> float:
    """Instructions per request of one launch."""
    return mean(costs(record.intervals, record.idle))


def as_text(run: Run) -> str:
    """One line a cell: instructions of each launch."""
    lines = ["user-space instructions per request (kernel work and waiting are not counted)"]
    for cell in run.plan.cells:
        found = [per_request(record) for record in run.costs if record.cell == cell]
        shown = "  ".join(f"{cost:>12,.0f}" for cost in found) or "not measured"
        lines.append(f"{cell.stack + ' ' + cell.scenario:60} {shown}")
    for each in run.shares:
        told = ", ".join(f"{name} {share:.1%}" for name, share in each.shares.items())
        lines.append(f"where it goes, {each.cell.stack} {each.cell.scenario}, by {each.by}: {told}")
    lines += [f"{each.cell.stack} {each.cell.scenario}: {each.reason}" for each in run.plan.not_applicable]
    return "\n".join(lines)


def as_json(run: Run) -> str:
    """Every record, and what it comes to."""
    records = [{**asdict(record), "instructions_per_request": per_request(record)} for record in run.costs]
    return json.dumps(
        {
            "costs": records,
            "shares": list(map(asdict, run.shares)),
            "failures": [asdict(each) for each in run.failures],
        },
        indent=2,
    )
