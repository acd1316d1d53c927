"""A synthetic run: seeded, with noise, and with an example of everything that goes wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from results.histogram import Latency
from results.model import (
    BlockEnd,
    Cell,
    CpuSource,
    Failure,
    FailureStage,
    Finding,
    Interface,
    Launch,
    Plan,
    Run,
    Trial,
)
from tests.support.synthetic_plan import Recipe, make_plan, work_us


def make_run(**changes: object) -> Run:
    """A run after ``Recipe(**changes)``; the same recipe gives the same run."""
    recipe = replace(Recipe(), **changes)  # type: ignore[arg-type] # passed on by name
    return _Maker(recipe).run()


class _Maker:
    """Makes the launches and trials of a recipe, block by block."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.random = np.random.default_rng(recipe.seed)
        self.plan = make_plan(recipe)
        self.launches: list[Launch] = []
        self.trials: list[Trial] = []
        self.partial: list[Trial] = []
        self.failures: list[Failure] = []
        self.broken = {"django--gunicorn-gthread"} if recipe.troubles else set()

    def run(self) -> Run:
        for block in range(self.recipe.blocks):
            self.block(block)
        if self.recipe.troubles:
            self.failures += _failures(self.plan)
        return Run(
            plan=self.plan,
            launches=tuple(self.launches),
            trials=tuple(self.trials),
            partial=tuple(self.partial),
            failures=tuple(self.failures),
            findings=_findings() if self.recipe.troubles else (),
            blocks=tuple(
                BlockEnd(block=block, seconds_measuring=34.0, seconds_total=50.0)
                for block in range(self.recipe.blocks)
            ),
        )

    def block(self, block: int) -> None:
        speed = self.factor(self.recipe.block_noise)
        stacks = list(dict.fromkeys(cell.stack for cell in self.plan.cells))
        for index in self.random.permutation(len(stacks)):
            if stacks[index] not in self.broken:
                self.launch(block, stacks[index], speed)

    def launch(self, block: int, stack: str, speed: float) -> None:
        cells = [cell for cell in self.plan.cells if cell.stack == stack]
        launch = len(self.launches)
        self.launches.append(
            Launch(
                id=launch,
                block=block,
                stack=stack,
                target=f"apps.{cells[0].framework}_app:app",
                argv=("python", "-m", cells[0].server.split("-")[0], f"apps.{cells[0].framework}_app:app"),
                mounted=self.recipe.scenarios,
                first_answer_s=float(0.4 * self.factor(0.1)),
                hash_seed=str(self.random.integers(2**32)),
                loadavg_1m=1.1,
                memory_available_bytes=5 * 2**30,
            )
        )
        speed *= self.factor(self.recipe.launch_noise)
        for position, index in enumerate(self.random.permutation(len(cells))):
            self.visit(cells[index], block, launch, position, speed)

    def visit(self, cell: Cell, block: int, launch: int, position: int, speed: float) -> None:
        trial = self.trial(cell, block, launch, position, speed)
        first = self.recipe.stacks[0] == (cell.framework, cell.server) and not cell.control
        if self.recipe.troubles and first and block in (2, 5):
            noisy = replace(trial, busy_ticks=(trial.busy_ticks or 0) + 12)
            if block == 2:
                self.partial.append(noisy)
                trial = replace(self.trial(cell, block, launch, position, speed), attempt=1)
            else:
                trial = replace(noisy, errors={"timeout": 2}, error_example="no answer within 5 s")
        self.trials.append(trial)

    def factor(self, spread: float) -> float:
        return float(np.exp(self.random.normal(0, spread)))

    def load(self, cell: Cell, speed: float) -> tuple[float, float, float]:
        """Requests per second, share of the server that is busy, and requests in flight."""
        rate = 1e6 / work_us(cell, self.recipe) * speed * self.factor(self.recipe.trial_noise)
        utilisation = 1 - abs(float(self.random.normal(0, 0.008)))
        in_flight = float(cell.connections)
        if cell.rate_rps is not None:  # one queue: load / (1 - load) in it
            utilisation = min(cell.rate_rps / rate, utilisation)
            rate = min(cell.rate_rps, rate)
            in_flight = min(utilisation / (1 - utilisation), cell.connections)
        if cell.scenario == "delay":  # waits, so the server is not saturated
            rate, utilisation = cell.connections / 0.05 * self.factor(0.002), 0.3
        return rate, utilisation, in_flight

    def latency(self, rate: float, in_flight: float, requests: int) -> str:
        """Times of ``requests`` around the mean that Little's law gives, encoded."""
        latencies_us = self.random.gamma(12.0, in_flight / rate * 1e6 / 12.0, min(requests, 20_000))
        histogram = Latency()
        histogram.record_ns((latencies_us * 1000).astype(np.int64))
        return histogram.encode()

    def trial(self, cell: Cell, block: int, launch: int, position: int, speed: float) -> Trial:
        window = self.recipe.window_s
        rate, utilisation, in_flight = self.load(cell, speed)
        requests = max(int(rate * window), 1)
        latency = self.latency(rate, in_flight, requests)
        server_s = window * utilisation
        generator_s = min(requests * 14e-6, 0.97 * window)
        return Trial(
            cell=cell,
            block=block,
            launch=launch,
            position=position,
            started_unix_s=self.plan.created_unix_s + 60 * block + launch + 0.01 * position,
            warmup_s=0.25,
            warmup_slope=float(self.random.normal(0, 0.05)),
            window_s=window,
            requests=requests,
            connections_opened=requests if cell.server == "gunicorn-sync" else 0,
            bytes_received=requests * 160,
            bytes_sent=requests * 60,
            latency=latency,
            in_flight_mean=in_flight * (1 + float(self.random.normal(0, 0.0005))),
            **_arrivals(cell, window),
            in_flight_end=cell.connections,
            checked_full=3,
            server_cpu_ns=int(server_s * 1e9),
            server_cpu_source=CpuSource.PROCESS_CLOCK,
            processes=1,
            generator_cpu_ns=int(generator_s * 1e9),
            generator_idle_s=window - generator_s,
            generator_wait_us=float(20 * self.factor(0.2)),
            busy_ticks=int((server_s + generator_s) * 100 + 1),
            steal_ticks=0,
            memory_pss_bytes=int((40 + work_us(cell, self.recipe) / 8) * 2**20 * self.factor(0.01)),
        )


def _arrivals(cell: Cell, window_s: float) -> dict[str, Any]:
    """What only an open load records."""
    if cell.rate_rps is None:
        return {}
    due = int(cell.rate_rps * window_s)
    return {"arrivals": due, "late_sends": due // 1000, "lateness": Latency().encode(), "waited": 0}


def _failures(plan: Plan) -> list[Failure]:
    failures = [
        Failure(
            stack="django--gunicorn-gthread",
            cell=None,
            block=0,
            stage=FailureStage.LAUNCH,
            message="the server ended with exit code 3 before its first answer",
            remedy="run it by hand: hotlap serve --framework django --server gunicorn-gthread",
            log_tail="Traceback (most recent call last):\nImportError: no module named '<b>django</b>'",
        )
    ]
    cell = replace(plan.cells[0], framework="wsgi", server="gunicorn-sync", interface=Interface.WSGI)
    failures.append(
        Failure(
            stack=cell.stack,
            cell=cell,
            block=None,
            stage=FailureStage.VERIFY,
            message='GET /json: $.message: wanted str "Hello", got str "Hullo"',
            remedy="the contract is in docs/scenarios.md",
        )
    )
    return failures


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            framework="fastapi",
            server="uvicorn-standard",
            scenario="params",
            probe='limit="2" where an int is wanted',
            answer="200: the text was converted",
        ),
        Finding(
            framework="flask",
            server="gunicorn-gthread",
            scenario="orders",
            probe="<script>alert(1)</script> as media type",
            answer="415 Unsupported Media Type",
        ),
    )
