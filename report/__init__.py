"""Everything that can be recomputed from a record: statistics, analysis, views, the page."""
