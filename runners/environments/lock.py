"""The locks: one per framework, closed over framework and servers, all meeting one shared constraint."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from runners import servers
from runners.environments import cache, uv_tool
from runners.errors import ProvisionError
from runners.selection.frameworks import APPS, Framework, discover

SHARED = "_servers.txt"
"""Versions of the servers and of what they need, the same for every framework."""


def lock(frameworks: Iterable[Framework], *, upgrade: bool, echo: Callable[[str], None]) -> None:
    """Write the locks of ``frameworks``, all of one folder, and the shared constraint before them.

    Versions stay what they are where they still fit, unless ``upgrade``. Where the shared constraint
    changes, every framework of the folder is locked anew, so that none keeps another server; but those
    that are frozen, whose locks stay what they are once there are any.

    Raises:
        PlanError: a server's file declares packages that are no requirements.
        ProvisionError: uv finds no versions that fit together, or the lock would hold an address.

    """
    chosen = tuple(frameworks)
    everyone = tuple(discover(chosen[0].path.parent).values())
    shared = chosen[0].lock.parent / SHARED
    oldest = min((lowest_python(framework) for framework in everyone), key=Version)
    with tempfile.TemporaryDirectory(prefix="hotlap-lock-") as folder:
        source = Path(folder, "servers.in")
        source.write_text("\n".join(servers.packages()), encoding="utf-8")
        changed = _compile([source], shared, oldest, upgrade=upgrade, echo=echo)
        for framework in everyone if changed else chosen:
            if framework.frozen and framework.lock.is_file():
                echo(f"{framework.lock.name}: frozen, left as it is")
                continue
            sources: list[Path | str] = [framework.path, source, "--generate-hashes", "--constraints", shared]
            _compile(sources, framework.lock, lowest_python(framework), upgrade=upgrade, echo=echo)


def lowest_python(framework: Framework) -> str:
    """Oldest ``X.Y`` that the framework's file admits, which its lock has to serve too."""
    specifiers = SpecifierSet(framework.requires_python)
    lower = [s.version.removesuffix(".*") for s in specifiers if s.operator in {">=", "==", "~="}]
    return max(lower, key=Version, default="3.11")


def pins(text: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Version (or source, from ``@`` on) by name of the lines of a lock that hold in ``environment``."""
    lines = (line.removesuffix("\\").strip() for line in text.splitlines() if line[:1].isalnum())
    wanted = (r for r in map(Requirement, lines) if r.marker is None or r.marker.evaluate(dict(environment)))
    return {
        canonicalize_name(r.name): f"@ {r.url}" if r.url else str(r.specifier).removeprefix("==")
        for r in wanted
    }


def require_current(framework: Framework, environment: Mapping[str, str], besides: Collection[str]) -> None:
    """Do nothing where the lock holds what app and servers require, ``besides`` some names.

    Raises:
        ProvisionError: there is no lock, or it was made for other requirements.

    """
    if not framework.lock.is_file():
        raise ProvisionError(f"{framework.name} has no lock", remedy="Run `hotlap lock`.")
    locked = pins(framework.lock.read_text(encoding="utf-8"), environment)
    for requirement in map(Requirement, (*framework.dependencies, *server_requirements(framework))):
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or requirement.marker.evaluate(dict(environment))
        is_locked = name in locked and requirement.specifier.contains(locked[name], prereleases=True)
        if applies and name not in besides and not is_locked:
            raise ProvisionError(
                f"the lock of {framework.name} does not hold {requirement}, which is required by now",
                remedy="Run `hotlap lock`.",
            )


def server_requirements(framework: Framework) -> tuple[str, ...]:
    """What the servers' files require of an environment of ``framework``.

    Apps of another folder, such as those of an older revision, may have been locked before there was some
    server: only what their shared constraint holds is required of their locks. Of a frozen lock nothing
    is: it has the servers of the day it was made.
    """
    if framework.frozen:
        return ()
    shared = framework.lock.parent / SHARED
    required = servers.packages()
    if framework.path.parent == APPS or not shared.is_file():
        return required
    locked = _versions(shared.read_text(encoding="utf-8"))
    return tuple(text for text in required if canonicalize_name(Requirement(text).name) in locked)


def _compile(
    sources: Iterable[Path | str], output: Path, python: str, *, upgrade: bool, echo: Callable[[str], None]
) -> bool:
    """Resolve ``sources`` into ``output``, which changes only as a whole; True where it did."""
    before = output.read_text(encoding="utf-8") if output.is_file() else ""
    options = ["--universal", "--python-version", python, "--python", sys.executable]
    after = uv_tool.compiled(
        [*sources, *options, *(["--upgrade"] * upgrade)],
        before="" if upgrade else before,
        what=f"no versions fit together for {output.name}",
        remedy="Loosen a requirement that uv names, or try `hotlap lock --upgrade`.",
    )
    _refuse_addresses(after, output.name)
    cache.write(output, after, mode=0o644)
    echo(f"{output.name}: {_difference(before, after)}")
    return before != after


def _refuse_addresses(text: str, name: str) -> None:
    line = next((line for line in text.splitlines() if "://" in line or line.startswith("-")), None)
    if line is not None:
        raise ProvisionError(
            f"{name} would hold an address: {uv_tool.shown(line)}",
            remedy="Require released versions by name; try sources with `--with` instead.",
        )


def _difference(before: str, after: str) -> str:
    old, new = _versions(before), _versions(after)
    changed = [name for name in sorted(old | new) if old.get(name) != new.get(name)]
    moved = (f"{name} {old.get(name, '(none)')} -> {new.get(name, '(none)')}" for name in changed)
    return (
        f"{len(new)} packages, {', '.join(moved) if old and changed else 'new' if changed else 'unchanged'}"
    )


def _versions(text: str) -> dict[str, str]:
    """Version by name, of the lines of a lock whatever their markers; one with several is named once."""
    lines = (line.split(maxsplit=1)[0] for line in text.splitlines() if line[:1].isalnum())
    return {name: version for name, _, version in (line.partition("==") for line in lines)}
