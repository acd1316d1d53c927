"""What verification found, as tables for a person and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from report import fmt
from runners.cli.list_tables import LISTING_WIDTH
from runners.cli.progress import failure_text
from runners.cli.tables import as_lines, plain_table
from runners.experiments.inspection import Inspection
from runners.verify.work import STATEMENTS

if TYPE_CHECKING:
    from rich.table import Table

    from runners.cli.json_types.verify import VerifyJson


def as_json(inspection: Inspection) -> str:
    """Cells that passed, failures and findings as one JSON object."""
    data: VerifyJson = {
        "passed": [cell.slug for cell in inspection.passed if not cell.control],
        "failures": inspection.failures,
        "findings": inspection.findings,
        "launches": inspection.launches,
        "seconds": inspection.seconds,
    }
    return json.dumps(data, indent=2, default=asdict)


def as_text(inspection: Inspection) -> str:
    """The same for a person: failures whole, findings counted."""
    passed = [cell for cell in inspection.passed if not cell.control]
    stacks = plain_table("verified", "stack", "scenarios that answer rightly")
    for stack in dict.fromkeys(cell.stack for cell in passed):
        names = dict.fromkeys(cell.scenario for cell in passed if cell.stack == stack)
        stacks.add_row(stack, ", ".join(names))
    failures = "\n".join(failure_text(failure) for failure in inspection.failures)
    counts = (
        fmt.counted(len(passed), "cell"),
        fmt.counted(len(inspection.failures), "failure"),
        fmt.counted(len(inspection.findings), "finding"),
        fmt.counted(inspection.launches, "launch", "launches"),
        inspection.seconds,
        inspection.seconds / max(inspection.launches, 1),
    )
    statements = _statements(inspection)
    total = "{} right, {}, {} (see --json); {} in {:.0f} s, {:.1f} s each".format(*counts)
    return as_lines(
        stacks, *statements, *([failures] if failures else []), total, width=LISTING_WIDTH, gap=True
    )


def _statements(inspection: Inspection) -> list[Table]:
    """What one request makes the database do, the stacks side by side that do the same; none without one."""
    told: dict[tuple[str, str], list[str]] = {}
    for finding in inspection.findings:
        if finding.probe == STATEMENTS:
            stacks = told.setdefault((finding.scenario, finding.answer), [])
            stacks.append(f"{finding.framework}--{finding.server}")
    table = plain_table("statements of one request", "scenario", "statements", "stacks")
    for (scenario, answer), stacks in told.items():
        table.add_row(scenario, answer, ", ".join(stacks))
    return [table] if told else []
