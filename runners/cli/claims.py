"""``hotlap claims``: what is said of these stacks, measured against recorded runs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from results.text import plain
from runners.cli.options import Json, Results
from runners.cli.shared import find_run

if TYPE_CHECKING:
    from report.analysis.claims.catalogue import MeasuredClaim
    from runners.cli.json_types.claims import ClaimJson, ClaimsJson


def claims(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs: folder, name, or `latest` (default).")
    ] = None,
    results: Results = Path("results"),
    as_json: Json = False,
) -> None:
    """Hold what is said of WSGI, ASGI, servers and frameworks against recorded runs.

    Each claim with its number, interval and sentence, or with the cells that it wants and what measures them.
    """
    from report.analysis.claims.catalogue import measure_claims
    from results.model import PlanKind
    from results.store import read

    names = runs or ["latest"]
    measured = measure_claims(
        read(find_run(name, results, {PlanKind.RUN, PlanKind.COST, PlanKind.LIFECYCLE})) for name in names
    )
    lines = [_as_json(measured)] if as_json else [plain(line) for line in _lines(measured)]
    typer.echo("\n".join(lines))


def _lines(measured: tuple[MeasuredClaim, ...]) -> list[str]:
    """A paragraph a claim and run: the claim, then what the run says of it."""
    lines = []
    for entry in measured:
        lines += ["", f"{entry.claim.says} [{entry.claim.name}]"]
        if entry.told:
            lines += [f"  {told.sentence}" for told in entry.told]
            lines.append(f"  (run {entry.run})")
        else:
            lines.append(f"  not measured: it wants {entry.claim.wants}.")
            lines.append(f"  {entry.claim.command}")
    return lines[1:]


def _as_json(measured: tuple[MeasuredClaim, ...]) -> str:
    data: ClaimsJson = {"claims": [_claim(entry) for entry in measured]}
    return json.dumps(data, indent=2, allow_nan=False, default=asdict)


def _claim(entry: MeasuredClaim) -> ClaimJson:
    return {
        "name": entry.claim.name,
        "says": entry.claim.says,
        "wants": entry.claim.wants,
        "command": entry.claim.command,
        "run": entry.run or None,
        "measured": [
            {"sentence": told.sentence, "value": told.value, "unit": told.unit, "cells": list(told.cells)}
            for told in entry.told
        ],
    }
