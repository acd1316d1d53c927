"""What older servers were started with otherwise than those of the lock."""

from __future__ import annotations

from results.model import Run


def older_servers(run: Run) -> tuple[str, ...]:
    """A sentence for each option that was left out or replaced, each once; with its side in a comparison."""
    return tuple(
        dict.fromkeys(
            f"{environment.side}: {line}" if environment.side else line
            for environment in run.plan.environment.frameworks
            for line in environment.server_differences
        )
    )
