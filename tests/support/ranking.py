"""Words that rank, which no sentence may use without tiers."""

from __future__ import annotations

import re

RANKING = re.compile(r"\b(fastest|slowest|best|worst|quickest|winner|first tier)\b", re.IGNORECASE)
