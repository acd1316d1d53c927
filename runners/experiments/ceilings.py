"""Calibrations kept in the cache folder, by the identity of machine and harness that they hold for."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from results.model import Ceiling
from runners.environments import cache
from runners.machine import facts


def place() -> Path:
    """The file of this machine and of these versions of what measures."""
    return cache.root() / "calibrations" / f"{cache.digest(_identity())}.json"


def save(ceilings: Sequence[Ceiling], calibration: str) -> Path:
    """Keep ``ceilings``, and all of ``calibration``, which is JSON, for people; raises ProvisionError."""
    path = place()
    kept = {
        "identity": _identity(),
        "created_unix_s": time.time(),
        "ceilings": [asdict(ceiling) for ceiling in ceilings],
        "calibration": json.loads(calibration),
    }
    cache.write(path, json.dumps(kept, indent=2, allow_nan=False))
    return path


def known() -> tuple[Ceiling, ...]:
    """Ceilings of the last calibration here; empty where there was none, or none that can be read."""
    try:
        kept = json.loads(place().read_text(encoding="utf-8"))
        return tuple(Ceiling(**ceiling) for ceiling in kept["ceilings"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _identity() -> dict[str, Any]:
    return {"machine": asdict(facts.machine()), "harness": facts.harness_versions()}
