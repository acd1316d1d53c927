"""Apps that work or wait in vain in their requests, which a gate must find."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from runners.selection.frameworks import APPS, read

HEADER = re.compile(r"# /// script\n(?:#.*\n)+?# ///\n")
SHIM = '''"""The app of inner_{stem}, which first counts to {loops} in every request, and then may wait."""

from __future__ import annotations

import asyncio
from itertools import count, repeat

from apps import inner_{stem} as inner


def burn() -> None:
    for _ in repeat(None, {loops}):  # a range makes an int of every number past 256: its loops cost unlike
        pass


LOCK = asyncio.Lock()
NUMBERS = count()


async def wait() -> None:
    {wait}


def wrapped(target, interface):
    async def asgi(scope, receive, send):
        if scope["type"] == "http":
            burn()
            await wait()
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


WAITS = {
    "": "pass",
    "sleep": "await asyncio.sleep(0.04)",
    "lock": """async with LOCK:
        await asyncio.sleep(0.001)""",
    "yielding lock": """async with LOCK:
        await asyncio.sleep(0)""",
    "seldom": """if next(NUMBERS) % 20 == 0:
        await asyncio.sleep(0.002)""",
}
"""Ways of waiting, by name: in every request, for one another, or in one request of twenty."""


def burning(folder: Path, framework: str, loops: int = 0, waiting: str = "") -> Path:
    """Copy of the apps in ``folder`` in which ``framework`` counts to ``loops`` before each request.

    ``waiting`` is one of ``WAITS``, for apps that speak ASGI.
    """
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
    shim = SHIM.format(stem=stem, loops=loops, wait=WAITS[waiting], targets=targets)
    path.write_text(header.group() + shim, encoding="utf-8")
    return folder
