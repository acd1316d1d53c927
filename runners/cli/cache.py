"""``hotlap cache``: what was built for runs and kept, and its removal."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.options import Json

if TYPE_CHECKING:
    from runners.cli.json_types.cache import CacheJson

DAY_S = 86_400
MIB = 2**20


def cache(
    prune: Annotated[
        bool,
        typer.Option("--prune", help="Remove what was not used for --days; it is built again when needed."),
    ] = False,
    days: Annotated[float, typer.Option(min=0.0, help="Days without use from which --prune removes.")] = 30.0,
    as_json: Json = False,
) -> None:
    """List environments and copies of apps that were built and kept, or remove the unused ones."""
    from runners.environments.cache import list_built, remove, root

    home, now_s = root(), time.time()
    rows = []
    for built in list_built(home):
        unused_days, size = (now_s - built.used_unix_s) / DAY_S, built.bytes_held()
        removed = prune and unused_days >= days and remove(built)
        rows.append((str(built.folder.relative_to(home)), size, unused_days, removed))
    if as_json:
        data: CacheJson = {
            "folder": str(home),
            "built": [
                {"name": name, "bytes": size, "unused_days": round(unused, 3), "removed": removed}
                for name, size, unused, removed in rows
            ],
        }
        typer.echo(json.dumps(data))
        return
    for name, size, unused, removed in rows:
        what = "removed" if removed else f"used {unused:.0f} days ago"
        typer.echo(f"{name:40} {size / MIB:8,.0f} MiB  {what}")
    kept = [size for _, size, _, removed in rows if not removed]
    typer.echo(f"{len(kept)} folders, {sum(kept) / MIB:,.0f} MiB in {home}")
