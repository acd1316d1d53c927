"""docs/faults.md and the tests that inject its faults hold each other to account."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \|.*\| ([^|]*) \|$", PAGE, re.MULTILINE))
EXIT_CODES = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
CODES = set(re.findall(r"^\| (\d+) \|", EXIT_CODES, re.MULTILINE))


def marked() -> Iterator[str]:
    """Every fault that a test is marked with, as ``pytest.mark.faults("name")`` or an alias of it."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"pytest.mark.faults", "faults"}:
                yield from (ast.literal_eval(argument) for argument in node.args)


def test_every_fault_of_the_page_is_injected_and_every_injection_is_on_the_page() -> None:
    assert set(marked()) == ROWS.keys()
    assert len(ROWS) >= 40


def test_exit_codes_of_the_page_are_documented_ones() -> None:
    for fault, codes in ROWS.items():
        assert codes, fault
        assert set(re.findall(r"\d+", codes)) <= CODES, fault
