"""A generator for tests that gives a silent server up after fractions of a second."""

from __future__ import annotations

from runners.generator.client import Generator


class HastyGenerator(Generator):
    """Orders the hasty process."""

    def _command(self) -> list[str]:
        return ["tests.support.hasty_process"]
