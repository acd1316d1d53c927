"""The process of a generator whose patience with a silent server is short."""

from __future__ import annotations

from runners.generator import process
from runners.generator.pump import pump
from runners.generator.window import relay_server, trial

DRAIN_S = 1.0
LOOKS = 60

if __name__ == "__main__":
    setattr(relay_server, "DRAIN_S", DRAIN_S)  # noqa: B010 - imported there by name
    trial.DRAIN_S = DRAIN_S
    pump.LOOKS_TO_ANSWER = LOOKS
    process.main()
