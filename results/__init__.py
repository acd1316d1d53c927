"""The record: what was measured, as facts, appended and never recomputed."""
