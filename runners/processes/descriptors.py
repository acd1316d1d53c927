"""File descriptors: every connection is one, and a process may have only so many."""

from __future__ import annotations

import resource

from runners.errors import LoadError

OTHER_DESCRIPTORS = 64
"""Descriptors beside those of connections: channel, log, epoll sets, libraries."""


def make_room(connections: int) -> None:
    """Raise our limit as far as ``connections`` need; LoadError, naming the limit, where it may not be."""
    needed = connections + OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _fits(needed, soft):
        return
    if not _fits(needed, hard):
        raise LoadError(
            f"{connections:,} connections need {needed:,} file descriptors, and a process here may have "
            f"{hard:,} (RLIMIT_NOFILE, `ulimit -Hn`)",
            remedy=f"raise it (`ulimit -n {needed}`, systemd's LimitNOFILE, a container's --ulimit nofile), "
            "or ask for fewer connections",
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _fits(needed: int, limit: int) -> bool:
    return limit == resource.RLIM_INFINITY or needed <= limit
