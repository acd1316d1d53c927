"""A launch that is verified and one that is measured are the same to an app."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from runners.environments.lock import SHARED
from runners.selection.frameworks import APPS
from tests.support.command_line import call

RECORDER = """

import os as _os
import sys as _sys


def _text(path):
    with open(path, "rb") as file:
        return file.read().decode()


with open({notes!r}, "a") as _file:
    _seen = {{
        "environment": {{key: _os.environ[key] for key in sorted(_os.environ) if key != "PYTHONHASHSEED"}},
        "flags": str(_sys.flags).replace("hash_randomization=1", "hash_randomization=0"),
        "command": _text("/proc/self/cmdline").split(chr(0)),
        "parent": _text(f"/proc/{{_os.getppid()}}/cmdline").split(chr(0)),
        "folder": _os.getcwd(),
        "files": sorted(_os.listdir()),
        "cpus": sorted(_os.sched_getaffinity(0)),
        "priority": _os.getpriority(_os.PRIO_PROCESS, 0),
        "limits": _text("/proc/self/limits"),
        "descriptors": len(_os.listdir("/proc/self/fd")),
        "modules": sorted(_sys.modules),
    }}
    _file.write(json.dumps(_seen) + chr(10))
"""
"""Notes all that an app finds where it is imported."""
SHORT = ("--blocks", "2", "--duration", "0.1", "--warmup", "0.05", "--results", "results")


@pytest.mark.servers
def test_an_app_finds_the_same_where_it_is_verified_and_where_it_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notes, locks = tmp_path / "notes", tmp_path / "apps" / "locks"
    locks.mkdir(parents=True)
    shutil.copy(APPS / "locks" / SHARED, locks / SHARED)
    shutil.copy(APPS / "locks" / "asgi.txt", locks / "curious.txt")
    text = (APPS / "asgi_app.py").read_text(encoding="utf-8") + RECORDER.format(notes=str(notes))
    (tmp_path / "apps" / "curious_app.py").write_text(text, encoding="utf-8")
    which = ("--apps", "apps", "--framework", "curious", "--server", "uvicorn-pure", "--scenario", "json")
    call(monkeypatch, "run", *which, *SHORT)
    seen = notes.read_text(encoding="utf-8").splitlines()
    assert len(seen) >= 3  # verified once, measured in two blocks
    verified, *measured = (json.loads(_without_numbers(line)) for line in seen)
    assert all(launch == verified for launch in measured)


def _without_numbers(line: str) -> str:
    """Without port, pipe to the supervisor and scratch, which are chance, and without the control's name."""
    line = re.sub(r"/hotlap-locked-\w{8}", "/hotlap", line)
    return re.sub(r'("--(?:port|report)", )"\d+"', r'\1"0"', line).replace("--control@", "@")
