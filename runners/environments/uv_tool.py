"""Calls of uv, which builds every environment: its settings, its errors in words, nothing secret in them."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import uv

from runners.environments import interruption
from runners.errors import LaunchError, ProvisionError
from runners.processes.tree import ProcessTree

if TYPE_CHECKING:
    from collections.abc import Sequence

UV_SETTINGS = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
NOT_INHERITED = (
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_MANAGED_PYTHON",
    "UV_OUTPUT_FILE",
)
"""Variables that would point uv at another environment than the one named; index settings are passed on."""

TAIL_LINES = 20
"""Lines of what uv said that an error shows."""
URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s`'\"()<>]+", re.IGNORECASE)
NO_CONNECTION = re.compile(
    r"error sending request|dns error|tcp connect|network was disabled|failed to connect|timed out"
    r"|could(?: not|n't) (?:connect|resolve)|unable to access",
    re.IGNORECASE,
)


def run(arguments: Sequence[str | Path], *, what: str, remedy: str, pass_fds: tuple[int, ...] = ()) -> None:
    """Run ``uv arguments`` to its end, or to ours; ``pass_fds`` stay open in it.

    Raises:
        ProvisionError: uv is missing or failed: ``what`` failed, with the tail of what it said,
            and ``remedy`` unless the connection is to blame; or an interruption ended it.

    """
    argv = [_binary(), *map(str, arguments)]
    with tempfile.TemporaryFile() as said:
        try:
            tree = ProcessTree(
                argv, environment=environment(), cwd=Path.cwd(), output=said, pass_fds=pass_fds
            )
        except LaunchError as error:
            raise ProvisionError(f"{what}: {error.message}", remedy=error.remedy) from error
        with tree, interruption.noted(tree):
            status = tree.wait()
        interruption.must_go_on()
        if status:
            said.seek(0)
            tail = shown(said.read().decode("utf-8", "replace"))
            raise ProvisionError(
                what, remedy=OFFLINE if NO_CONNECTION.search(tail) else remedy, log_tail=tail
            )


def compiled(
    arguments: Sequence[str | Path], *, before: str, what: str, remedy: str, text: str | None = None
) -> str:
    """Requirements that ``uv pip compile arguments`` gives for them, and for those in ``text``.

    Versions in ``before`` are kept where they fit.

    Raises:
        ProvisionError: as ``run``.

    """
    with tempfile.TemporaryDirectory(prefix="hotlap-resolve-") as folder:
        output, wanted = Path(folder, "requirements.txt"), Path(folder, "requirements.in")
        output.write_text(before, encoding="utf-8")
        sources = list(arguments)
        if text is not None:
            wanted.write_text(text, encoding="utf-8")
            sources.append(wanted)
        quietly: list[str | Path] = ["--quiet", "--no-header", "--no-annotate", "--output-file", output]
        run(["pip", "compile", *sources, *quietly], what=what, remedy=remedy)
        return output.read_text(encoding="utf-8")


OFFLINE = (
    "uv could not reach a package index and its cache does not hold everything: check the connection, "
    "proxy and index settings (and UV_OFFLINE) and start again; what is built already needs no connection."
)


def environment() -> dict[str, str]:
    """Variables that uv is started with: ours, without those that would point it elsewhere."""
    return {key: value for key, value in os.environ.items() if key not in NOT_INHERITED} | UV_SETTINGS


def shown(text: str) -> str:
    """Last lines of ``text`` with addresses (an index, its credentials) and the home folder taken out."""
    tail = "\n".join(text.strip().splitlines()[-TAIL_LINES:])
    return URL.sub("<address>", tail).replace(str(Path.home()), "~")


def _binary() -> str:
    """Where uv is; one thread at a time, as ``sysconfig``, which uv asks, is not safe at its first call."""
    try:
        with _FIRST_CALL:
            return str(uv.find_uv_bin())
    except FileNotFoundError as error:
        raise ProvisionError("uv is not installed beside hotlap", remedy="Run `pip install uv`.") from error


_FIRST_CALL = threading.Lock()
