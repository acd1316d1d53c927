"""Apps that do a known amount of needless work in every request, which a gate must find."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from runners.selection.frameworks import APPS, read

HEADER = re.compile(r"# /// script\n(?:#.*\n)+?# ///\n")
SHIM = '''"""The app of inner_{stem}, which first counts to {loops} in every request."""

from __future__ import annotations

from itertools import repeat

from apps import inner_{stem} as inner


def burn() -> None:
    for _ in repeat(None, {loops}):  # a range makes an int of every number past 256: its loops cost unlike
        pass


def wrapped(target, interface):
    async def asgi(scope, receive, send):
        if scope["type"] == "http":
            burn()
        await target(scope, receive, send)

    def wsgi(environ, start_response):
        burn()
        return target(environ, start_response)

    return {{"asgi": asgi, "wsgi": wsgi}}[interface]


def __getattr__(name):
    found = getattr(inner, name)
    if name not in TARGETS:
        return found
    globals()[name] = wrapper = wrapped(found, TARGETS[name])
    return wrapper


TARGETS = {targets!r}
'''
"""The module in place of the app's; it adds the loop only, no middleware and no route."""


def burning(folder: Path, framework: str, loops: int) -> Path:
    """Copy of the apps in ``folder`` in which ``framework`` counts to ``loops`` before each request."""
    shutil.copytree(APPS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    stem = framework.replace("-", "_")
    path = folder / f"{stem}_app.py"
    targets = {
        name: str(interface) for interface, names in read(path).targets.items() for name in names.values()
    }
    text = path.read_text(encoding="utf-8")
    header = HEADER.match(text)
    if header is None:
        raise ValueError(f"{path.name} does not begin with its PEP 723 block")
    path.rename(folder / f"inner_{stem}.py")
    shim = SHIM.format(stem=stem, loops=loops, targets=targets)
    path.write_text(header.group() + shim, encoding="utf-8")
    return folder
