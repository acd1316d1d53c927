"""Recorded runs that the gate is tested on: ``python -m tests.support.gate_fixtures`` writes them anew.

What is expected of each stands in ``EXPECTED``; the golden outputs beside the records are written too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from report.analysis.gate.judge import judge
from report.analysis.gate.judgement import Judgement
from report.views.gate import outputs
from results.model import Failure, FailureStage, Pairing, Plan, Run, SideName, Trial
from results.store import read
from tests.support.paths import FIXTURES
from tests.support.recording import record_lines
from tests.support.synthetic_gate import make_gate

FOLDER = FIXTURES / "gate"
ONE = (("starlette", "uvicorn-standard"),)
EXPECTED = {
    "aa": 0,
    "noisy": 0,
    "cost-2-percent": 1,
    "cpu-30-percent": 1,
    "cpu-30-percent-unconfirmed": 3,
    "missing-load-cell": 3,
    "missing-cost-cell": 3,
    "nan": 3,
    "configuration": 3,
    "interpreter": 3,
    "few-pairs": 3,
    "one-count": 3,
    "wrong-answers": 3,
    "failure": 3,
    "truncated": 3,
}
"""Exit code by name of the record."""
GOLDEN = ("aa", "cpu-30-percent", "missing-load-cell")
WRITERS = {
    "md": outputs.markdown,
    "txt": outputs.as_text,
    "json": outputs.as_json,
    "junit.xml": outputs.junit,
    "bencher.json": outputs.bencher,
    "action-benchmark.json": outputs.action_benchmark,
}


@cache
def recorded(name: str) -> Run:
    """A run as ``hotlap gate --from`` reads it."""
    return read(FOLDER / f"{name}.jsonl")


@cache
def judged(name: str) -> Judgement:
    """What the gate makes of that run."""
    return judge(recorded(name))


def runs() -> Iterator[tuple[str, Run]]:
    """The runs that JSON can hold, by name."""
    aa = make_gate(stacks=ONE, seed=3)
    first, *_ = aa.trials
    yield "aa", aa
    yield "noisy", make_gate(stacks=ONE, seed=5, pair_noise=0.3)
    yield "cost-2-percent", make_gate(stacks=ONE, seed=3, cost_change=0.02)
    yield "cpu-30-percent", make_gate(stacks=ONE, seed=3, cpu_change=0.3, confirmed=11)
    yield "cpu-30-percent-unconfirmed", make_gate(stacks=ONE, seed=3, cpu_change=0.3)
    yield "missing-load-cell", replace(aa, trials=(), launches=())
    yield "missing-cost-cell", replace(aa, costs=())
    yield "configuration", replace(aa, plan=with_more_workers(aa.plan))
    yield "interpreter", replace(aa, plan=with_other_python(aa.plan))
    yield "few-pairs", make_gate(stacks=ONE, seed=3, pairs=3)
    yield "one-count", make_gate(stacks=ONE, seed=3, repeats=1)
    wrong = replace(first, errors={"wrong-answer": 3})
    yield "wrong-answers", replace(aa, trials=(wrong, *aa.trials[1:]))
    yield "failure", replace(aa, failures=(failure_of(first),))


def with_more_workers(plan: Plan) -> Plan:
    """Head of the load cell has two workers where base has one."""
    lockstep, closed = plan.pairings
    return replace(plan, pairings=(lockstep, Pairing(base=replace(closed.base, workers=2), head=closed.head)))


def with_other_python(plan: Plan) -> Plan:
    """Head ran on another interpreter, which nobody asked for."""

    frameworks = tuple(
        replace(environment, python="3.13.1") if environment.side == SideName.HEAD else environment
        for environment in plan.environment.frameworks
    )
    return replace(plan, environment=replace(plan.environment, frameworks=frameworks))


def failure_of(trial: Trial) -> Failure:
    """Wrong answers of the trial's stack after the load."""
    return Failure(
        stack=trial.cell.stack,
        cell=trial.cell,
        block=7,
        stage=FailureStage.VERIFY_AFTER,
        message='head: GET /json: $.message: wanted str "Hello", got str "Hullo"',
        remedy="see the server's log",
        side=SideName.HEAD,
    )


def main() -> None:
    """Write records and golden outputs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, run in runs():
        small = run if name in GOLDEN else replace(run, launches=())
        (FOLDER / f"{name}.jsonl").write_bytes(b"".join(record_lines(small)))
    whole = (FOLDER / "aa.jsonl").read_bytes()
    (FOLDER / "nan.jsonl").write_bytes(whole.replace(b'"server_cpu_ns":', b'"server_cpu_ns":NaN,"was":', 1))
    (FOLDER / "truncated.jsonl").write_bytes(whole[:-200])
    (FOLDER / "foreign.jsonl").write_bytes(b'{"benchmarks": [], "version": "1.0"}\n')
    for name in GOLDEN:
        for suffix, write in WRITERS.items():
            (FOLDER / f"{name}.{suffix}").write_text(write(judged(name)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
