"""The cells that a gate looks at where nobody names any: those that the files of the parts declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from results.model import IN_PROCESS
from runners.errors import PlanError
from runners.selection.matrix import Parts

SEPARATOR = "--"


def counted(parts: Parts) -> tuple[str, ...]:
    """Globs over ``framework--server--scenario`` of cells to be counted; PlanError names a wrong file."""
    return tuple(_globs(parts, "counted"))


def sentinels(parts: Parts) -> tuple[str, ...]:
    """The same of cells to be loaded."""
    return tuple(_globs(parts, "sentinel"))


def _globs(parts: Parts, key: str) -> Iterator[str]:
    for framework in parts.frameworks.values():
        for glob in getattr(framework, key):
            yield _checked((framework.name, *glob.split(SEPARATOR)), parts, f"{framework.path.name}, {key}")
    for variant in parts.servers.values():
        for glob in getattr(variant, key):
            framework_glob, *scenario_glob = glob.split(SEPARATOR)
            names = (framework_glob, variant.name, *scenario_glob)
            yield _checked(names, parts, f"server {variant.name}, {key}")
    for scenario in parts.scenarios.values():
        for glob in getattr(scenario, key):
            yield _checked((*glob.split(SEPARATOR), scenario.name), parts, f"scenario {scenario.name}, {key}")


def _checked(globs: tuple[str, ...], parts: Parts, source: str) -> str:
    """One glob over cells; raises PlanError where a part of it matches nothing that there is."""
    known: tuple[Iterable[str], ...] = (parts.frameworks, (*parts.servers, IN_PROCESS), parts.scenarios)
    cell = SEPARATOR.join(globs)
    if len(globs) != len(known) or not all(map(_matches, globs, known)):
        raise PlanError(
            f"{source}: no cell is called {cell!r}",
            remedy="write the two other parts of framework--server--scenario, such as uvicorn-standard--json",
        )
    return cell


def _matches(glob: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for name in names)
