"""Finds everything that can be measured: frameworks, servers and scenarios, one file each."""

from __future__ import annotations

import fnmatch
from pathlib import Path

from runners import servers
from runners.errors import PlanError
from runners.selection import frameworks
from runners.selection.matrix import Parts
from scenarios import catalogue


def discover(apps_dir: Path | None = None) -> Parts:
    """The frameworks of ``apps_dir`` (hotlap's own unless given), and all servers and scenarios.

    Raises:
        PlanError: a file is wrong, two declare one name, or an app lacks something on no server that there
            is; it names them.

    """
    try:
        scenarios = catalogue.discover()
    except catalogue.DuplicateError as error:
        raise PlanError(
            str(error), remedy="rename one of them: a scenario's name stands for it in cells and records"
        ) from error
    known = frameworks.discover(apps_dir or frameworks.APPS)
    parts = Parts(frameworks=known, servers=servers.discover(), scenarios=scenarios)
    for framework in known.values():
        for limit in framework.limits:
            if not fnmatch.filter(parts.servers, limit):
                raise PlanError(
                    f"{framework.path.name}: something is not applicable on {limit}, and no server variant "
                    "is named so",
                    remedy="see the variants in `hotlap list`, and correct the block at the head of the file",
                )
    return parts
