"""Everything that can be recomputed from a record: frames, statistics, charts, the page."""
