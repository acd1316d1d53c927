"""``python -m tests.reference`` writes what of docs/reference/ is made from the code; prints what changed."""

from __future__ import annotations

import sys

from tests.reference.pages import write
from tests.support.paths import ROOT

for changed in write():
    sys.stdout.write(f"{changed.relative_to(ROOT)}\n")
