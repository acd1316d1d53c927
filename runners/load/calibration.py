"""What the load generator can do: the pump beside wrk and Locust's own users, against a trivial responder.

Each is given the same CPU and the same connections in turn, round after round, and ratios are taken within a
round: what a neighbour does to the machine is done to all.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import which

from runners.errors import LoadError
from runners.load.client import Generator
from runners.load.messages import Order
from runners.load.responder import HOST, TARGETS, responder
from runners.machine import choose_cpus

OURS = "hotlap pump in Locust"
WRK = "wrk"
FAST, STOCK = "Locust FastHttpUser", "Locust HttpUser"
GRACE_S = 30.0
"""What a command may take beyond its measuring time."""

_LOCUSTFILE = """
from locust import {kind}, task

class Stock({kind}):
    @task
    def get(self):
        self.client.get("{target}")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Requests per second by client, one for each round."""

    scenario: str
    connections: int
    rounds: Mapping[str, Sequence[float]]

    def ratios(self, to: str) -> list[float]:
        """The pump's throughput as a multiple of ``to``'s, round by round; empty where that is missing."""
        return [
            ours / theirs for ours, theirs in zip(self.rounds[OURS], self.rounds.get(to, ()), strict=False)
        ]


def calibrate(
    *,
    scenario: str = "plaintext",
    connections: int = 64,
    rounds: int = 3,
    seconds: float = 2.0,
    echo: Callable[[str], object] = lambda _: None,
) -> Calibration:
    """Measure every client in turn, round after round; raises HotlapError where one fails."""
    server_cpus, generator_cpus = choose_cpus(1)
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="hotlap-") as name:
        folder = Path(name)
        with (
            responder(folder, server_cpus) as port,
            Generator(generator_cpus, folder / "generator.log") as pump,
        ):
            bench = _Bench(folder, port, scenario, connections, seconds, generator_cpus)
            clients: dict[str, Callable[[], float]] = {OURS: lambda: bench.pump(pump)}
            if which("wrk"):
                clients[WRK] = bench.wrk
            clients[FAST] = lambda: bench.locust("FastHttpUser")
            clients[STOCK] = lambda: bench.locust("HttpUser")
            for number in range(rounds):
                for client, run in clients.items():
                    found.setdefault(client, []).append(run())
                    echo(f"round {number + 1}/{rounds}  {client:22} {found[client][-1]:10,.0f} requests/s")
    return Calibration(scenario=scenario, connections=connections, rounds=found)


@dataclass(frozen=True, slots=True)
class _Bench:
    """One way to measure each client, all on the same CPU against the same port."""

    folder: Path
    port: int
    scenario: str
    connections: int
    seconds: float
    cpus: tuple[int, ...]

    def pump(self, generator: Generator) -> float:
        """Requests per second of the pump, every body compared."""
        measured = generator.measure(
            Order(
                host=HOST,
                port=self.port,
                scenario=self.scenario,
                seed=0,
                connections=self.connections,
                warmup_s=0.25,
                window_s=self.seconds,
            )
        )
        if measured.errors:
            raise LoadError(f"errors against the responder: {measured.errors}; {measured.error_example}")
        return measured.requests / measured.window_s

    def wrk(self) -> float:
        """Requests per second of wrk, which compares nothing."""
        printed = self._run(
            [
                "wrk",
                "-t1",
                f"-c{self.connections}",
                f"-d{max(round(self.seconds), 1)}s",
                self._url + TARGETS[self.scenario],
            ]
        )
        found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
        if not found or "Non-2xx" in printed or "Socket errors" in printed:
            raise LoadError(f"wrk failed: {printed[-400:]}")
        return float(found[1])

    def locust(self, kind: str) -> float:
        """Requests per second of one of Locust's own users, which compares nothing."""
        file = self.folder / f"stock_{kind.lower()}.py"
        file.write_text(_LOCUSTFILE.format(kind=kind, target=TARGETS[self.scenario]))
        users = ["-u", str(self.connections), "-r", str(self.connections)]
        length = ["-t", f"{max(round(self.seconds), 1) + 1}s"]
        quiet = ["--headless", "--json", "--loglevel", "ERROR"]
        printed = self._run(
            [sys.executable, "-m", "locust", "-f", str(file), "--host", self._url, *users, *length, *quiet]
        )
        (stats,) = json.loads(printed)
        if stats["num_failures"]:
            raise LoadError(f"Locust's {kind} had {stats['num_failures']} failures against the responder")
        return float(stats["num_requests"] / (stats["last_request_timestamp"] - stats["start_time"]))

    @property
    def _url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def _run(self, argv: list[str]) -> str:
        pinned = ["taskset", "-c", ",".join(map(str, self.cpus)), *argv]
        done = subprocess.run(
            pinned, capture_output=True, text=True, check=False, timeout=self.seconds + GRACE_S
        )
        if done.returncode:
            raise LoadError(f"{argv[0]} failed with status {done.returncode}", log_tail=done.stderr[-2000:])
        return done.stdout


def as_json(calibration: Calibration) -> str:
    """Throughput of every client in every round, and the ratios, as one JSON object."""
    ratios = {client: calibration.ratios(client) for client in calibration.rounds}
    return json.dumps({**asdict(calibration), "ratios": ratios}, indent=2)


def as_text(calibration: Calibration) -> str:
    """The clients side by side: median throughput, and the pump as a multiple of each."""
    head = f"{calibration.scenario}, {calibration.connections} connections, one core against nginx on another"
    lines = [head, f"{'client':24}{'requests/s':>12}{'pump is':>10}   round by round"]
    for client, throughput in calibration.rounds.items():
        ratios = calibration.ratios(client)
        each = "  ".join(f"{ratio:.2f}" for ratio in ratios)
        lines.append(
            f"{client:24}{statistics.median(throughput):12,.0f}{statistics.median(ratios):9.2f}x   {each}"
        )
    return "\n".join(lines)
