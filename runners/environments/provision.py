"""One virtual environment per framework, built by uv, keyed by what is in it and reused, with its stage."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from results.model import FrameworkEnvironment
from runners.environments import cache as store
from runners.environments import interruption, stage, uv_tool
from runners.environments.interpreters import Interpreter, find
from runners.environments.lock import require_current
from runners.environments.overrides import Override, parse
from runners.environments.resolution import Resolution, concerned, require_startable, resolve
from runners.environments.yardstick import default
from runners.errors import ProvisionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runners.selection.frameworks import Framework

LAYOUT = 1
"""Part of every key; grows when environments are built otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """A framework ready to be served."""

    python: Path
    """Interpreter of the environment."""
    stage: Path
    """Folder for ``PYTHONPATH``, in which ``apps`` lies."""
    record: FrameworkEnvironment


def provision(
    framework: Framework,
    *,
    python: str | None = None,
    overrides: tuple[str, ...] = (),
    cache: Path | None = None,
    echo: Callable[[str], None],
) -> Provisioned:
    """The environment of ``framework``, built unless there is one with the same contents.

    ``python`` is a version or a path (None: the default, see ``yardstick``), ``overrides`` are what
    ``--with`` says. ``echo`` gets a line where something is built or moved from the lock.

    Raises:
        PlanError: an unknown interpreter, an override that is not understood, a server that is too old.
        ProvisionError: no lock or an old one, nothing that fits together, no connection.

    """
    folder = cache or store.root()
    interpreter = find(python, folder) if python else default((framework,), folder)
    return _provision(framework, interpreter, tuple(map(parse, overrides)), folder, echo)


def provision_all(
    frameworks: Iterable[Framework],
    *,
    python: str | None = None,
    overrides: tuple[str, ...] = (),
    cache: Path | None = None,
    echo: Callable[[str], None],
    progress: Callable[[str], None] = lambda _name: None,
    jobs: int = 4,
) -> dict[str, Provisioned | ProvisionError]:
    """Environment, or why there is none, by name of framework; ``jobs`` are built at the same time.

    An override concerns the frameworks whose lock holds its package. ``progress`` gets each name that
    is done, from any thread.

    Raises:
        PlanError: as ``provision``, and an override that concerns none of ``frameworks``.

    """
    chosen = tuple(frameworks)
    folder = cache or store.root()
    interpreter = find(python, folder) if python else default(chosen, folder)
    parsed = tuple(map(parse, overrides))
    require_startable(parsed)
    overriding = concerned(chosen, parsed, interpreter)

    def provision_one(framework: Framework) -> Provisioned | ProvisionError:
        try:
            return _provision(framework, interpreter, overriding[framework.name], folder, echo)
        except ProvisionError as error:
            return error
        finally:
            progress(framework.name)

    with (
        interruption.beginning_anew(),
        ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="provision") as pool,
        interruption.reaching_threads(),
    ):
        return dict(
            zip([framework.name for framework in chosen], pool.map(provision_one, chosen), strict=True)
        )


def _provision(
    framework: Framework,
    interpreter: Interpreter,
    overrides: tuple[Override, ...],
    folder: Path,
    echo: Callable[[str], None],
) -> Provisioned:
    _require_python(framework, interpreter)
    require_current(framework, interpreter.markers, {override.name for override in overrides})
    resolution = resolve(framework, overrides, interpreter, folder, echo)

    def waiting() -> None:
        echo(f"{framework.name}: waiting for the same environment, which is being built")

    def build(home: Path, lock: int) -> str:
        echo(f"{framework.name}: building its environment")
        return _build(framework, interpreter, resolution, home, lock)

    contents = [override.content for override in overrides]
    key = store.digest(LAYOUT, str(interpreter.path), interpreter.stamp, resolution.text, contents)
    home = folder / "environments" / key
    versions = json.loads(store.built(home, build, waiting=waiting))
    staged = stage.put(framework.path.parent, home / "stages", _python(home), waiting)
    record = _record(framework, interpreter, resolution, versions, staged.name)
    return Provisioned(python=_python(home), stage=staged, record=record)


def _require_python(framework: Framework, interpreter: Interpreter) -> None:
    if not SpecifierSet(framework.requires_python).contains(interpreter.version, prereleases=True):
        raise ProvisionError(
            f"{framework.name} requires Python {framework.requires_python}, this is {interpreter.version}",
            remedy="Choose another with --python.",
        )


def _build(
    framework: Framework, interpreter: Interpreter, resolution: Resolution, home: Path, lock: int
) -> str:
    """Make the environment in ``home``, its descriptor ``lock`` passed on to uv; exact versions as JSON."""
    requirements = home / "requirements.txt"
    store.write(requirements, resolution.text)
    uv_tool.run(
        ["venv", "--quiet", "--no-project", "--python", interpreter.path, home / "venv"],
        what=f"{framework.name}: uv made no virtual environment with Python {interpreter.version}",
        remedy="Check that this interpreter works, or choose another with --python.",
        pass_fds=(lock,),
    )
    hashes = ["--require-hashes"] if resolution.hashed else ["--verify-hashes"]
    fresh = [word for name, _ in resolution.sources for word in ("--refresh-package", name)]
    arguments: list[str | Path] = [
        "pip",
        "sync",
        "--quiet",
        "--compile-bytecode",
        "--python",
        _python(home),
        requirements,
    ]
    uv_tool.run(
        [*arguments, *hashes, *fresh],
        what=f"{framework.name}: its packages could not be installed",
        remedy="Read what uv says; try another version by --with, or `hotlap lock --upgrade`.",
        pass_fds=(lock,),
    )
    return json.dumps(_versions(home, resolution))


def _versions(home: Path, resolution: Resolution) -> dict[str, str]:
    """What is installed, by what it says of itself; nothing of it is imported."""
    site = next((home / "venv" / "lib").glob("python3*/site-packages"))
    versions: dict[str, str] = {
        canonicalize_name(distribution.name): distribution.version
        for distribution in metadata.distributions(path=[str(site)])
    }
    versions |= {name: f"{versions[name]} ({source})" for name, source in resolution.sources}
    return dict(sorted(versions.items()))


def _python(home: Path) -> Path:
    return home / "venv" / "bin" / "python"


def _record(
    framework: Framework,
    interpreter: Interpreter,
    resolution: Resolution,
    versions: dict[str, str],
    stage_key: str,
) -> FrameworkEnvironment:
    declared = {
        "serialiser": framework.serialiser,
        "validator": framework.validator,
        "notes": framework.notes,
        "built-on": framework.built_on,
    }
    return FrameworkEnvironment(
        framework=framework.name,
        title=framework.title,
        key=store.digest(interpreter.version, interpreter.build, versions, stage_key),
        python=interpreter.version,
        python_build=interpreter.build,
        optimised_build=interpreter.optimised,
        versions=versions,
        declared={name: text for name, text in declared.items() if text},
        overrides=resolution.overrides,
        moved=resolution.moved,
    )
