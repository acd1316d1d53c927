"""``python -m tests.pictures`` refreshes pictures and outputs of the documents; prints what changed.

``--measure`` runs the commands of the tutorial too, for a minute, and puts what they print there in the place
of what they printed last. Without chromium the pictures stay as they are.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.pictures import outputs, shots
from tests.support.browsing import CHROMIUM
from tests.support.paths import ROOT


def refresh(*, measure: bool) -> Iterator[Path]:
    """Write what differs; the files that changed."""
    with tempfile.TemporaryDirectory(prefix="hotlap-") as name:
        measured = outputs.measure(Path(name)) if measure else {}
        yield from outputs.write(measured)
        if CHROMIUM is not None:
            yield from shots.write(Path(name))


for changed in refresh(measure="--measure" in sys.argv[1:]):
    sys.stdout.write(f"{changed.relative_to(ROOT)}\n")
