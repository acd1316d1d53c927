"""The record: what was measured, as facts, appended and never recomputed.

``results.load`` reads a run into tables for pandas.
"""

from results.tables import Tables, load

__all__ = ["Tables", "load"]
