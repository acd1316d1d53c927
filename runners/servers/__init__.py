"""Launch recipes, one file a server: ``<name>_server.py`` exports ``VARIANTS`` and nothing else is needed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from runners.errors import PlanError
from runners.servers.recipe import Variant


def discover() -> dict[str, Variant]:
    """All variants by name, files in alphabetical order; raises PlanError on a name given twice."""
    found: dict[str, Variant] = {}
    for path in sorted(Path(__file__).parent.glob("*_server.py")):
        for variant in import_module(f"{__name__}.{path.stem}").VARIANTS:
            if variant.name in found:
                raise PlanError(
                    f"{path.name}: a server variant named {variant.name} exists already",
                    remedy="give every variant a name of its own",
                )
            found[variant.name] = variant
    return found
