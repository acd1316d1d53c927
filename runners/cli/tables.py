"""What tables for a terminal have in common: their looks, and how they become text."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.table import Table


def plain_table(title: str, *columns: str) -> Table:
    """A table without lines, its title in bold above it."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def as_lines(*parts: Table | str, width: int, gap: bool) -> str:
    """Tables and texts as they are printed, with an empty line after each where there is a ``gap``."""
    output = StringIO()
    console = Console(file=output, width=width, highlight=False, markup=False)
    for part in parts:
        console.print(part)
        if gap:
            console.print()
    return output.getvalue().rstrip()
