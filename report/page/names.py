"""Names of files that any text may be given: safe in a file system and in an address, and told apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

LONGEST = 100
"""Characters of a name; what is longer ends with a digest of all of it."""


def safe_name(text: str) -> str:
    """``text`` of letters, digits and ``._-`` only, never empty and never a hidden file."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "unnamed"
    if len(name) <= LONGEST:
        return name
    digest = hashlib.blake2s(text.encode("utf-8", errors="replace"), digest_size=6).hexdigest()
    return f"{name[:LONGEST]}-{digest}"


def safe_names(texts: Iterable[str]) -> list[str]:
    """A safe name for each of ``texts``, in their order; the second of a kind ends with ``-2``.

    Names that differ in nothing but capitals are told apart too, as not every file system does.
    """
    names: list[str] = []
    taken: set[str] = set()
    for text in texts:
        name, number = safe_name(text), 1
        while name.lower() in taken:
            number += 1
            name = f"{safe_name(text)}-{number}"
        taken.add(name.lower())
        names.append(name)
    return names
