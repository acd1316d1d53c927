"""``hotlap lock``: the locks of the frameworks."""

from __future__ import annotations

from typing import Annotated

import typer

from runners.cli.options import Apps, Frameworks


def lock(
    apps: Apps = None,
    framework: Frameworks = None,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Take the newest versions allowed.")] = False,
) -> None:
    """Refresh the locks of the frameworks, in the folder locks/ beside their app files."""
    from runners.environments.lock import lock as write
    from runners.selection.discovery import discover
    from runners.selection.matrix import choose

    known = discover(apps).frameworks
    chosen = choose(framework or ("*",), known, "framework")
    write([known[name] for name in chosen], upgrade=upgrade, echo=lambda text: typer.echo(text, err=True))
