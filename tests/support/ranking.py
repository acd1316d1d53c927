"""Words that rank: no sentence may use one where there are no tiers."""

from __future__ import annotations

import re

RANKING = re.compile(r"\b(fastest|slowest|best|worst|quickest|winner|first tier)\b", re.IGNORECASE)
