"""What callgrind's dumps say of where instructions went: by shared object, and by Python function.

The format is that of Valgrind's manual, "Callgrind Format Specification", with names not compressed. Code
that an interpreter made at run time has no symbol: its functions are called by their address, which the
interpreter's own perf map names (CPython's documentation, "Python support for the Linux perf profiler").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DUMP_OPTIONS = ("--compress-strings=no", "--compress-pos=no", "--dump-line=no")
"""Options of callgrind for dumps that this module can read."""
FUNCTION_ADDRESS = re.compile(r"0x([0-9a-f]+)(?: \[\w+\])?\n?")
"""Name of a function without a symbol; one that is marked as within itself (``'2``) is counted already."""
RUN_TIME_CODE = "code made at run time"
"""Stands for the object of functions that lie in no file."""


@dataclass(slots=True)
class Profile:
    """Sums over the dumps of one interval."""

    total: int = 0
    by_object: Counter[str] = field(default_factory=Counter)
    """Exclusive, by short name of the shared object."""
    by_symbol: Counter[str] = field(default_factory=Counter)
    """Inclusive, by symbol of a perf map."""

    def add(self, dump: Path, symbols: Mapping[int, str]) -> None:
        """Add one process's dump; ``symbols`` is its perf map."""
        shared_object, called, inclusive = RUN_TIME_CODE, "", False
        with dump.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line[:1].isdigit() or line[:1] in "+-*":
                    cost = int(line.split()[1])
                    if inclusive:
                        self._add_call(called, cost, symbols)
                    else:
                        self.by_object[shared_object] += cost
                        self.total += cost
                    inclusive = False
                elif line.startswith("ob="):
                    shared_object = short(line[3:].strip())
                elif line.startswith("cfn="):
                    called = line[4:]
                elif line.startswith("calls="):
                    inclusive = True

    def _add_call(self, function: str, cost: int, symbols: Mapping[int, str]) -> None:
        address = FUNCTION_ADDRESS.fullmatch(function)
        symbol = symbols.get(int(address[1], 16)) if address else None
        if symbol is not None:
            self.by_symbol[symbol] += cost


def short(path: str) -> str:
    """A shared object without its folder, its version and the interpreter that it was built for."""
    if path in {"???", ""}:
        return RUN_TIME_CODE
    name = path.rpartition("/")[2]
    return re.sub(r"(\.cpython-[^.]*|\.abi3)?\.so(\.[\d.]+)?$", "", name)


def perf_map(path: Path) -> dict[int, str]:
    """Symbols of a perf map by their address; {} where there is none."""
    if not path.is_file():
        return {}
    symbols: dict[int, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        address, _, rest = line.partition(" ")
        _size, _, symbol = rest.partition(" ")
        symbols[int(address, 16)] = symbol
    return symbols
