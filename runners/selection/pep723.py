"""The PEP 723 block at the head of an app file, read without importing the file."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from runners.errors import PlanError

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""Reference expression of the specification (PEP 723, "Reference Implementation")."""


def read(path: Path) -> dict[str, Any]:
    """Metadata of the ``script`` block of ``path``.

    Raises:
        PlanError: the file cannot be read, has no such block or several, or its TOML is broken.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{path.name} cannot be read: {error}") from error
    blocks = [match for match in SCRIPT_BLOCK.finditer(text) if match["type"] == "script"]
    if len(blocks) != 1:
        raise PlanError(
            f"{path.name} has {len(blocks) or 'no'} PEP 723 block{'s' * (len(blocks) > 1)} of type script",
            remedy="Begin the file with exactly one block from `# /// script` to `# ///`.",
        )
    try:
        return tomllib.loads(_uncommented(blocks[0]["content"]))
    except tomllib.TOMLDecodeError as error:
        raise PlanError(
            f"{path.name}: its PEP 723 block is not TOML: {error}",
            remedy="Correct the block; each of its lines begins with `# `.",
        ) from error


def _uncommented(content: str) -> str:
    return "".join(line.removeprefix("#").removeprefix(" ") for line in content.splitlines(keepends=True))
