"""L7: minutes of mixed load: memory and descriptors read all along, and errors."""

from __future__ import annotations

import time

from runners.experiments.lifecycle.memory import descriptors_of
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.experiments.lifecycle.traffic import Traffic, exchanges_of, kinds

GROUPS = ("plaintext", "json", "params", "orders", "items")
CONNECTIONS = 8
MOST_READINGS = 600
LEAST_PAUSE_S = 0.1
LEAST_READINGS = 20
"""For a slope to be told: on a busy machine a short soak goes on until there are so many."""
LONGEST = 5
"""It lasts so many times as long as asked for at most."""


def observe(subject: Subject) -> Observation:
    """Ask the plain groups that the app has, mixed, and read memory and descriptors about every second."""
    groups = tuple(group for group in GROUPS if subject.has(group))
    pause_s = max(min(1.0, subject.soak_s / 60), subject.soak_s / MOST_READINGS, LEAST_PAUSE_S)
    readings: list[tuple[float, int, int]] = []
    with (
        subject.start(groups) as server,
        Traffic(server.host, server.port, exchanges_of(subject, groups), CONNECTIONS) as traffic,
    ):
        begun_s = time.monotonic()
        while (passed_s := time.monotonic() - begun_s) < subject.soak_s or (
            0 < len(readings) < LEAST_READINGS and passed_s < LONGEST * subject.soak_s
        ):
            if not server.alive():
                raise subject.error(f"the server ended after {passed_s:.0f} s ({server.ended()})", server)
            if (pss := server.pss_bytes()) is not None:
                readings.append((passed_s, pss, descriptors_of(server)))
            time.sleep(pause_s)
        traffic.stop()
        asked, log_tail = traffic.asked, server.log_tail()
    errors = [request for request in asked if request.error is not None]
    observation = Observation(
        values={"soaked_s": passed_s, "requests": len(asked) - len(errors), "errors": len(errors)},
        answers={"asked": ", ".join(groups), "errors": kinds(errors)},
        log_tail=log_tail if errors else "",
    )
    if readings:
        at_s, pss_bytes, descriptors = zip(*readings, strict=True)
        observation.series = {"at_s": at_s, "pss_bytes": pss_bytes, "descriptors": descriptors}
    else:
        observation.absent["pss_slope_bytes_per_s"] = "the kernel does not show memory"
    return observation


PROBE = Probe(
    name="soak",
    number="L7",
    observe=observe,
    connections=CONNECTIONS,
    seconds=1.0,
)
