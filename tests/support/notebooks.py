"""Runs the cells of a notebook: ``python -m tests.support.notebooks`` writes what they print into it.

The format is plain JSON, so that neither nbformat nor a kernel is needed. Only what cells print is an output.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT

NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))


def executed(path: Path) -> str:
    """The notebook's text, its cells run one after the other in this process and folder."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, start=1):
        printed = io.StringIO()
        with redirect_stdout(printed):
            code_object = compile("".join(cell["source"]), f"{path.name}, cell {number}", "exec")
            exec(code_object, names)  # noqa: S102 - ours
        text = printed.getvalue()
        cell["execution_count"] = number
        cell["outputs"] = (
            [{"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)}]
            if text
            else []
        )
    for number, cell in enumerate(notebook["cells"]):
        cell.setdefault("id", f"cell-{number}")
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for notebook_path in NOTEBOOKS:
        notebook_path.write_text(executed(notebook_path), encoding="utf-8")
