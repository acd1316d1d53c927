"""Paths of the machine that made a record, taken out of it: who publishes one need not tell their folders."""

from __future__ import annotations

import re

_TOPS = "home|root|Users|tmp|var|private|mnt|media|srv|opt|usr|nix|work|workspace|builds|github"
"""Folders that a path begins with which is one machine's own; no route of the contract does."""
OF_USERS = frozenset({"home", "Users"})
"""Those whose folders are named after people."""
_PART = r"""(?:[^\s"'<>|:;,()\[\]{}\\/=&?]|\\u[0-9a-f]{4})+"""
"""A folder or file within JSON, where a letter may be written as its number."""
_PATH = re.compile(rf"(?:(?<![\w+/.~>])|(?<=\\[ntr]))/(?P<path>(?:{_TOPS})(?:/{_PART})+)/?")
"""An absolute path; base64, in which a ``/`` follows a letter, a digit, ``+`` or ``/``, holds none."""


def without_paths(record: bytes) -> bytes:
    """The lines of a record with ``.../NAME`` in the place of each path; lines may be torn."""
    text = record.decode("utf-8", errors="surrogateescape")
    return _PATH.sub(_shortened, text).encode("utf-8", errors="surrogateescape")


def paths_in(record: bytes) -> list[str]:
    """The paths that ``without_paths`` takes out, each once."""
    text = record.decode("utf-8", errors="surrogateescape")
    return list(dict.fromkeys(match[0] for match in _PATH.finditer(text)))


def _shortened(match: re.Match[str]) -> str:
    parts = match["path"].split("/")
    is_home = parts[0] in OF_USERS and len(parts) == 2  # noqa: PLR2004 - /home/NAME
    return "~" if is_home else f".../{parts[-1]}"
