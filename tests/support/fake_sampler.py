"""A fake py-spy that looks at nothing: it says what a test wants to have been seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.fake_valgrind import tool

PY_SPY = """
import json, os, signal, sys
from pathlib import Path

words = sys.argv[1:]
if words == ["--version"]:
    print("py-spy 0.fake")
    sys.exit(0)
pid = words[words.index("--pid") + 1]
said = json.loads(os.environ["FAKE_PY_SPY"])
if words[0] == "dump":
    print(said.get("dump", ""), file=sys.stderr)
    sys.exit(1 if "dump" in said else 0)
if pid in said.get("refused", []):
    print("Error: Failed to open process. Reason: Permission denied (os error 13)", file=sys.stderr)
    sys.exit(1)
os.kill(int(pid), 0)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print(f"py-spy> Sampling process {words[words.index('--rate') + 1]} times a second.", flush=True)
signal.sigwait({signal.SIGINT})
if "lines" in said:
    Path(words[words.index("--output") + 1]).write_text("".join(line + "\\n" for line in said["lines"]))
print("py-spy> Stopped sampling because Control-C pressed", flush=True)
"""
"""FAKE_PY_SPY tells it ``lines`` of its file, pids that it is ``refused``, why ``dump`` fails."""


def fake_sampler(folder: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> Path:
    """The fake py-spy in a folder that is looked into first; ``said`` is a JSON object."""
    tool(folder / "bin", "py-spy", PY_SPY)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_PY_SPY", said)
    return folder / "bin" / "py-spy"
