"""What frameworks are called: their titles, told apart where two have the same."""

from __future__ import annotations

from results.model import Run


def titles_of(run: Run) -> dict[str, str]:
    """Title of each framework by name, with the name behind it where two have the same title."""
    titles = {
        environment.framework: environment.title or environment.framework
        for environment in run.plan.environment.frameworks
    }
    shared = [title for title in titles.values() if list(titles.values()).count(title) > 1]
    return {name: f"{title} ({name})" if title in shared else title for name, title in titles.items()}
