"""Lifecycles: how a stack starts, idles, reloads and stops, a file a probe; no load curve."""
