"""Files that appear whole: whoever reads one sees its old content or the new, never a part."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Make ``path`` hold ``text``, characters that UTF-8 cannot hold replaced; raises OSError.

    What is no plain file, such as a pipe, is written to as it is.
    """
    write_bytes_whole(path, text.encode("utf-8", errors="replace"))


def write_bytes_whole(path: Path, content: bytes) -> None:
    """The same of bytes."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
