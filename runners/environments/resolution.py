"""What is installed for a framework: its lock, or what overrides make of it with the lock as preference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from runners import servers
from runners.environments import cache, uv_tool
from runners.environments.lock import pins, server_requirements
from runners.environments.overrides import COMMIT, EXACT, Override
from runners.errors import PlanError
from runners.servers.versions import is_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from runners.environments.interpreters import Interpreter
    from runners.selection.frameworks import Framework


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Requirements to be installed, and how they differ from the lock."""

    text: str
    """Requirements, one exact version or source each."""
    hashed: bool
    """Every line carries hashes, so they can be required."""
    overrides: tuple[str, ...] = ()
    """As recorded: no path, no credential, git and path with their commit."""
    moved: tuple[str, ...] = ()
    """Other packages that moved from the lock: ``name old -> new``."""
    sources: tuple[tuple[str, str], ...] = ()
    """(name, state) of the overrides that are no release."""


def concerned(
    frameworks: Iterable[Framework], overrides: tuple[Override, ...], interpreter: Interpreter
) -> dict[str, tuple[Override, ...]]:
    """Of ``overrides`` those that concern each framework, as its lock has their package; by framework name.

    Raises:
        PlanError: one of them concerns no framework.

    """
    locked = {
        framework.name: pins(framework.lock.read_text(encoding="utf-8"), interpreter.markers)
        for framework in frameworks
        if framework.lock.is_file()
    }
    packages = {name for names in locked.values() for name in names}
    idle = sorted({override.name for override in overrides} - packages)
    if idle:
        raise PlanError(
            f"no lock of {', '.join(locked)} holds {', '.join(idle)}, so overriding it would do nothing",
            remedy="Check the package's name, or choose a framework that needs it.",
        )
    return {
        framework.name: tuple(
            override for override in overrides if override.name in locked.get(framework.name, ())
        )
        for framework in frameworks
    }


def require_startable(overrides: Iterable[Override]) -> None:
    """Raise PlanError where one of ``overrides`` names a server that is older than its recipe knows."""
    servers.require_startable(
        {
            override.name: part.version
            for override in overrides
            for part in override.requirement.specifier
            if part.operator in EXACT
        }
    )


def resolve(
    framework: Framework,
    overrides: tuple[Override, ...],
    interpreter: Interpreter,
    folder: Path,
    echo: Callable[[str], None],
) -> Resolution:
    """The lock of ``framework`` with ``overrides`` in it; ``folder`` keeps what was resolved before.

    Raises:
        PlanError: an override brings a server that is older than its recipe knows.
        ProvisionError: nothing fits together.

    """
    locked = framework.lock.read_text(encoding="utf-8")
    if not overrides:
        return Resolution(text=locked, hashed=True)
    text = _resolved(framework, overrides, interpreter, folder, locked)
    old, new = pins(locked, interpreter.markers), pins(text, interpreter.markers)
    servers.require_startable(new)
    sources = {
        override.name: _source(override, new.get(override.name, ""))
        for override in overrides
        if override.kind != "release"
    }
    moved = _moved(old, new, {override.name for override in overrides})
    resolution = Resolution(
        text=text,
        hashed=not sources,
        overrides=tuple(
            f"{override.name} @ {sources[override.name]}"
            if override.name in sources
            else str(override.requirement)
            for override in overrides
        ),
        moved=moved,
        sources=tuple(sources.items()),
    )
    echo(
        f"{framework.name} with {', '.join(resolution.overrides)}: {', '.join(moved) or 'nothing else'} moved"
    )
    return resolution


def _moved(old: Mapping[str, str], new: Mapping[str, str], named: set[str]) -> tuple[str, ...]:
    names = sorted((old.keys() | new.keys()) - named)
    changed = (name for name in names if old.get(name) != new.get(name))
    return tuple(f"{name} {old.get(name, '(none)')} -> {new.get(name, '(none)')}" for name in changed)


def _resolved(
    framework: Framework,
    overrides: tuple[Override, ...],
    interpreter: Interpreter,
    folder: Path,
    locked: str,
) -> str:
    wanted, companions = requirements(framework, overrides), servers.companions()
    contents = [override.content for override in overrides]
    key = cache.digest(wanted, companions, contents, locked, interpreter.markers)
    known = folder / "resolutions" / f"{key}.txt"
    if not (known.is_file() and all(override.settled for override in overrides)):
        text = _compile(framework, overrides, interpreter, wanted, locked)
        versions = pins(text, interpreter.markers)
        besides = [need for older in companions if is_of(older, versions) for need in companions[older]]
        if besides:
            text = _compile(framework, overrides, interpreter, (*wanted, *besides), locked)
        cache.write(known, text)
    return known.read_text(encoding="utf-8")


def _compile(
    framework: Framework,
    overrides: tuple[Override, ...],
    interpreter: Interpreter,
    wanted: tuple[str, ...],
    locked: str,
) -> str:
    overridden = ", ".join(override.name for override in overrides)
    names = [override.name for override in overrides if override.kind != "release"]
    refresh = [word for name in names for word in ("--refresh-package", name)]
    return uv_tool.compiled(
        ["--generate-hashes", "--python", interpreter.path, *refresh],
        before=_without(locked, names),
        what=f"{framework.name}: no versions fit together with {overridden}",
        remedy="Loosen the override that uv names, or override what stands against it as well.",
        text="\n".join(wanted),
    )


def _without(locked: str, names: Iterable[str]) -> str:
    """``locked`` without ``names``: uv keeps the hashes of a version that is the same, which no path has."""
    entries = re.split(r"^(?=[A-Za-z0-9])", locked, flags=re.MULTILINE)
    left_out = {canonicalize_name(name) for name in names}
    kept = (entry for entry in entries if canonicalize_name(re.split(r"[^\w.-]", entry)[0]) not in left_out)
    return "".join(kept)


def requirements(framework: Framework, overrides: tuple[Override, ...]) -> tuple[str, ...]:
    """What app and servers require, with what is overridden replaced, its extras kept."""
    direct = [Requirement(text) for text in (*framework.dependencies, *server_requirements(framework))]
    named = {override.name for override in overrides}
    kept = [str(requirement) for requirement in direct if canonicalize_name(requirement.name) not in named]
    for override in overrides:
        wanted = Requirement(str(override.requirement))
        for requirement in direct:
            if canonicalize_name(requirement.name) == override.name:
                wanted.extras |= requirement.extras
        kept.append(str(wanted))
    return tuple(kept)


def _source(override: Override, resolved: str) -> str:
    """What an override that is no release came from, in words fit for a record."""
    if override.kind == "path":
        return f"path, {override.state}"
    commit = COMMIT.search(resolved)
    if commit is None:
        return f"archive, {cache.digest(override.requirement.url)}"
    address = urlsplit(override.requirement.url or "")
    if not address.hostname:
        return f"git, commit {commit[1]}"
    path = address.path.rpartition("@")[0] or address.path
    return f"{address.scheme}://{address.hostname}{path}@{commit[1]}"
