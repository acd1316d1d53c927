"""``hotlap worker``: a load generator for a run that is made elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer


def worker(
    master: Annotated[str, typer.Option(metavar="HOST:PORT", help="What `hotlap run --join` listens on.")],
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for it to be there.")] = 120.0,
    cpu: Annotated[int | None, typer.Option(min=0, help="The CPU to run on; else the first.")] = None,
) -> None:
    """Join a run on another machine as one of its load generators, until it ends."""
    from runners.generator.starting import become_worker

    become_worker(master, wait, cpu)
