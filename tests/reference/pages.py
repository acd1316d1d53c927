"""What of docs/ is made from the code: schemas whole, of pages the parts between two comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from runners.cli.json_types.outputs import OUTPUTS
from tests.mutation import page
from tests.reference import commands, record, schemas
from tests.support.paths import ROOT

FOLDER = ROOT / "docs" / "reference"
OTHERS = (ROOT / "docs" / "verification.md",)
"""Pages elsewhere that have such parts."""
REMEDY = "made from the code by: python -m tests.reference"
PARTS: dict[str, Callable[[], str]] = {
    "commands": commands.page_part,
    "json": schemas.page_part,
    "record": record.page_part,
    "settings": lambda: commands.settings_part(""),
    "mutants": page.mutants_part,
    "survivors": page.survivors_part,
    "gate settings": lambda: commands.settings_part("gate"),
}
"""By the name that stands in the comments."""
_PART = re.compile(r"(<!-- begin (?P<name>[a-z ]+): .*? -->\n).*?(<!-- end (?P=name) -->\n)", re.DOTALL)


def files() -> Iterator[tuple[Path, str]]:
    """Every file with the text that it should have."""
    for name in OUTPUTS:
        yield FOLDER / "schemas" / f"{name}.json", schemas.schema_text(name)
    for path in (*sorted(FOLDER.glob("*.md")), *OTHERS):
        yield path, _PART.sub(_written, path.read_text(encoding="utf-8"))


def _written(part: re.Match[str]) -> str:
    return f"<!-- begin {part['name']}: {REMEDY} -->\n\n{PARTS[part['name']]()}\n\n{part[3]}"


def write() -> list[Path]:
    """Write what differs, remove schemas of no command; the files that changed."""
    changed = []
    for path in {*FOLDER.glob("schemas/*.json")} - {path for path, _ in files()}:
        path.unlink()
        changed.append(path)
    for path, text in files():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
