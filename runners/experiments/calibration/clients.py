"""The clients that are measured in turn, all on the same CPU: the pump, wrk, h2load, Locust's own users.

A client that ends badly, prints nothing or prints something else raises LoadError, which names the client.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import numpy as np

from results.histogram import Latency
from runners.errors import LoadError
from runners.experiments.calibration.stock_locust import (
    StockStatistics,
    locustfile,
    on_one_line,
    read_statistics,
)
from runners.generator.client import Generator
from runners.generator.messages import Measured, Order, ServiceTree
from scenarios.catalogue import named
from scenarios.exchange import Request

HOTLAP = "hotlap pump in Locust"
WRK, H2LOAD = "wrk", "h2load"
FAST, STOCK = "Locust FastHttpUser", "Locust HttpUser"
GRACE_S = 30.0
"""What a command may take beyond its measuring time."""
CLIENT_WARMUP_S = 0.25
"""Warm-up of the generator before each window of a calibration."""

_WRK_SCRIPT = "wrk.method = {method}\nwrk.body = {body}\n{headers}"
_UNITS_US = {"us": 1.0, "ms": 1e3, "s": 1e6}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringPoint:
    """A server that is up, one shape and a number of connections; each method measures one client there."""

    folder: Path
    host: str
    port: int
    shape: str
    connections: int
    seconds: float
    cpus: tuple[int, ...]
    """Where every client runs, the generator of ``pump`` too."""
    generator: Generator
    awake: bool = False
    """Whether the pump polls without sleeping, as in runs."""
    services: tuple[ServiceTree, ...] = ()
    """Processes whose CPU time is read beside."""

    def pump(self) -> Measured:
        """One window of the pump, every body compared; raises LoadError where any answer was not right."""
        measured = self.generator.measure(
            Order(
                host=self.host,
                port=self.port,
                scenario=self.shape,
                seed=0,
                connections=self.connections,
                warmup_s=CLIENT_WARMUP_S,
                window_s=self.seconds,
                services=self.services,
                awake=self.awake,
            )
        )
        if measured.errors:
            raise LoadError(f"errors while calibrating: {measured.errors}; {measured.error_example}")
        return measured

    def wrk(self) -> tuple[float, float]:
        """(requests per second, median latency in us) of wrk, which compares nothing."""
        script = ["-s", str(self._wrk_script())] if self._request.method != "GET" else []
        size = ["-t1", f"-c{self.connections}", f"-d{self._whole_seconds}s", "--latency"]
        printed = self._run(WRK, ["wrk", *size, *script, self._url])
        rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
        median = re.search(r"^\s+50%\s+([\d.]+)(us|ms|s)\s*$", printed, re.MULTILINE)
        if not rate or not median or "Non-2xx" in printed or "Socket errors" in printed:
            raise LoadError(f"wrk failed: {on_one_line(printed)}")
        return float(rate[1]), float(median[1]) * _UNITS_US[median[2]]

    def h2load(self) -> float:
        """Requests per second of h2load under HTTP/1.1, which compares nothing."""
        size = ["--h1", "-t1", f"-c{self.connections}", f"-D{self._whole_seconds}"]
        printed = self._run(H2LOAD, ["h2load", *size, *self._h2load_body(), self._url])
        rate = re.search(r"finished in [^,]+, ([\d.]+) req/s", printed)
        if not rate or not re.search(r" 0 failed, 0 errored", printed):
            raise LoadError(f"h2load failed: {on_one_line(printed)}")
        return float(rate[1])

    def locust(self, kind: str) -> float:
        """Requests per second of one of Locust's own users, which compares nothing; a GET only."""
        statistics = self._stock(kind, self.connections, seconds=self._whole_seconds + 1)
        lasted_s = statistics.last_request_timestamp - statistics.start_time
        if lasted_s <= 0:
            raise LoadError(f"Locust {kind} printed that it lasted {lasted_s:.1f} s")
        return statistics.num_requests / lasted_s

    def waits(self, *, users: int, rate_rps: float) -> Latency:
        """Latency as ``users`` of Locust's FastHttpUser tell it, at a constant rate together."""
        seconds, every_s = self._whole_seconds, users / rate_rps
        statistics = self._stock("FastHttpUser", users, seconds=seconds, every_s=every_s)
        latency = Latency()
        for response_ms, count in statistics.response_times.items():
            latency.record_ns(np.full(count, float(response_ms) * 1e6))
        return latency

    def _stock(self, kind: str, users: int, *, seconds: int, every_s: float | None = None) -> StockStatistics:
        """Locust's statistics of its own users, on ``self.cpus``."""
        name = f"Locust {kind}"
        file = self.folder / f"stock_{kind.lower()}.py"
        file.write_text(locustfile(kind, self._request.target, every_s=every_s))
        origin = f"http://{self.host}:{self.port}"
        load = ["-u", str(users), "-r", str(users), "-t", f"{seconds}s"]
        quiet = ["--headless", "--json", "--loglevel", "ERROR"]
        printed = self._run(
            name, [sys.executable, "-m", "locust", "-f", str(file), "--host", origin, *load, *quiet]
        )
        return read_statistics(printed, name)

    @property
    def _request(self) -> Request:
        (exchange,) = named(self.shape).ring(None)  # type: ignore[arg-type] # shapes have no random input
        return exchange.request

    @property
    def _url(self) -> str:
        return f"http://{self.host}:{self.port}{self._request.target}"

    @property
    def _whole_seconds(self) -> int:
        return max(round(self.seconds), 1)

    def _wrk_script(self) -> Path:
        request = self._request
        headers = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in request.headers)
        body = json.dumps((request.body or b"").decode())
        file = self.folder / f"{self.shape}.lua"
        file.write_text(_WRK_SCRIPT.format(method=json.dumps(request.method), body=body, headers=headers))
        return file

    def _h2load_body(self) -> list[str]:
        request = self._request
        if request.body is None:
            return []
        file = self.folder / f"{self.shape}.body"
        file.write_bytes(request.body)
        return ["-d", str(file), *(f"-H{name}: {value}" for name, value in request.headers)]

    def _run(self, name: str, argv: Sequence[str]) -> str:
        """What the client ``name`` printed."""
        pinned = ["taskset", "-c", ",".join(map(str, self.cpus)), *argv]
        try:
            done = subprocess.run(
                pinned, capture_output=True, text=True, check=False, timeout=self.seconds + GRACE_S
            )
        except subprocess.TimeoutExpired as error:
            raise LoadError(f"{name} did not end within {error.timeout:.0f} s") from error
        if done.returncode:
            raise LoadError(f"{name} failed with status {done.returncode}", log_tail=done.stderr[-2000:])
        if not done.stdout.strip():
            raise LoadError(f"{name}: it printed nothing", log_tail=done.stderr[-2000:])
        return done.stdout


def rps(measured: Measured) -> float:
    """Right answers per second."""
    return measured.requests / measured.window_s


def busy(measured: Measured) -> float:
    """Share of the window that the generator did not wait for events."""
    return 1 - measured.generator_idle_s / measured.window_s


def p50_us(measured: Measured) -> float:
    """Median latency."""
    (median_us,) = Latency.decode(measured.latency).percentiles([50.0])
    return float(median_us)


def installed(*programs: str) -> list[str]:
    """Names among ``programs`` that are installed."""
    return [program for program in programs if which(program)]
