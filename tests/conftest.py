"""What holds for every test: no deadline of examples, and generators live until their lines are counted."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from coverage.config import CoverageConfig
from hypothesis import HealthCheck, settings

from runners.generator.client import Generator
from tests.support.processes import COVERAGE

FAREWELL_S = 5.0
"""What a generator may take to end by itself; it needs a few tenths of a second."""

# How long an example takes, or is made, is the machine's affair.
settings.register_profile("hotlap", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hotlap")


@pytest.fixture(scope="session", autouse=True)
def _counted_generators() -> Iterator[None]:
    """Coverage of generators: of greenlets, and written, as a process does that ends by itself.

    They end at the end of their channel: killed, they would leave no record of their lines.
    """
    stop = Generator.stop

    def stop_after_its_end(self: Generator) -> None:
        process, channel = self._process, self._channel
        if process is not None and channel is not None:
            channel.close()
            deadline_s = time.monotonic() + FAREWELL_S
            while process.exit_status() is None and time.monotonic() < deadline_s:
                time.sleep(0.01)
        stop(self)

    with pytest.MonkeyPatch.context() as patch:
        if COVERAGE in os.environ:
            config = CoverageConfig.deserialize(os.environ[COVERAGE])
            config.concurrency = ["gevent", "thread"]  # only there: it makes all others half as slow again
            patch.setenv(COVERAGE, config.serialize())
            patch.setattr(Generator, "stop", stop_after_its_end)
        yield
