"""What the start and stop hooks of an app noted: a line each, in a file that the launch names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

VARIABLE = "HOTLAP_HOOKS"
"""Environment variable that names the file; ``apps.contract.hooked`` writes to it."""


class HookCall(NamedTuple):
    """One call of a hook."""

    pid: int
    what: str
    """``start`` or ``stop``."""
    at_ns: int
    """Monotonic clock, which all processes of a machine share."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The file that the hooks of one launch write to."""

    path: Path

    @classmethod
    def beside(cls, folder: Path) -> Self:
        """An empty file in ``folder``, where the log is."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "hooks"
        path.write_bytes(b"")
        return cls(path)

    @property
    def variables(self) -> dict[str, str]:
        """What the server's environment needs for it."""
        return {VARIABLE: str(self.path)}

    def calls(self) -> list[HookCall]:
        """Every call until now, in order; a line that is being written is left out."""
        lines = self.path.read_text(encoding="ascii").splitlines(keepends=True)
        fields = [line.split() for line in lines if line.endswith("\n")]
        return [HookCall(int(pid), what, int(at_ns)) for pid, what, at_ns in fields]

    def calls_of(self, what: str) -> list[HookCall]:
        """Calls of one hook."""
        return [call for call in self.calls() if call.what == what]
