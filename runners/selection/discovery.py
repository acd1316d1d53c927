"""Finds everything that can be measured: frameworks, servers and scenarios, one file each."""

from __future__ import annotations

from pathlib import Path

from runners import servers
from runners.errors import PlanError
from runners.selection import frameworks
from runners.selection.matrix import Parts
from scenarios import catalogue


def discover(apps_dir: Path | None = None) -> Parts:
    """The frameworks of ``apps_dir`` (hotlap's own unless given), and all servers and scenarios.

    Raises:
        PlanError: a file is wrong, or two declare one name; it names them.

    """
    try:
        scenarios = catalogue.discover()
    except catalogue.DuplicateError as error:
        raise PlanError(
            str(error), remedy="rename one of them: a scenario's name stands for it in cells and records"
        ) from error
    known = frameworks.discover(apps_dir or frameworks.APPS)
    return Parts(frameworks=known, servers=servers.discover(), scenarios=scenarios)
