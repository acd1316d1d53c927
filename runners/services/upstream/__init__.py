"""The upstream: a stub of ours that apps call over HTTP, and that answers after a fixed time."""
