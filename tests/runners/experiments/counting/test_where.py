"""Where the time goes: a fixed number of requests, stacks of what was at work, one real slow function."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from report.analysis.flame_changes import Direction, function_changes
from report.analysis.flames import Profile
from report.page.flame.pages import two_sides
from results import stacks
from results.model import BOTH_SIDES, CodeLayer, CostSamples, Failure, Interface, SideName
from runners.environments.provision import Provisioned, provision
from runners.errors import CostError, PlanError
from runners.experiments.counting import dispatch, sampler, where
from runners.experiments.counting.callgrind import Callgrind
from runners.experiments.counting.cost_cell import CostCell
from runners.experiments.counting.cost_run import sampling_of
from runners.experiments.counting.inputs import Inputs
from runners.experiments.counting.pool import CountingPool, Outcome
from runners.experiments.counting.sampler import SamplerReading
from runners.experiments.counting.stack_reader import stack_reader
from runners.experiments.counting.where import Sampled, samples, take_samples
from runners.selection.discovery import discover
from scenarios.exchange import Answer, Exchange
from tests.support.fake_sampler import fake_sampler
from tests.support.fake_valgrind import SETUP, cell, cost_cell
from tests.support.small_matrix import scenario

LINES = ["main (/x/y.py:1);work (/x/y.py:2) 600"]


@dataclass
class Asked:
    """An app that is asked nothing, and keeps what it was to be asked."""

    taken: list[Inputs] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    warmed: int = 0
    checked: int = 0

    def first(self, _exchange: Exchange) -> Answer:
        return Answer(status=200, headers=(), body=b"")

    def take(self, inputs: Inputs) -> None:
        self.taken.append(inputs)

    def warm(self) -> None:
        self.warmed += 1

    def ask(self, batch: int) -> None:
        self.batches.append(batch)

    def check(self) -> None:
        self.checked += 1


def reading(folder: Path, monkeypatch: pytest.MonkeyPatch, **said: object) -> SamplerReading:
    return SamplerReading(binary=str(fake_sampler(folder, monkeypatch, json.dumps(said))), folder=folder)


def take(asked: Asked, looking: SamplerReading, rounds: int | None = None) -> Sampled:
    return take_samples(asked, looking, scenario("json"), lambda: [os.getpid()], idles=True, rounds=rounds)


def test_the_same_requests_are_asked_again_until_there_are_samples_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked()
    sampled = take(asked, reading(tmp_path, monkeypatch, lines=LINES), rounds=4)
    assert asked.warmed == 1
    assert not asked.taken[0].paused
    size = len(asked.taken[0].counted[0])
    assert asked.batches == [0, 1, 2] * 4 * 2
    assert asked.checked == 4 * 2
    assert sampled.requests == 3 * size * 4 * 2
    assert sampled.rounds == 4
    assert sampled.cpu_s is not None
    assert sampled.cpu_s >= 0
    assert sum(sampled.lines.values()) == 1200


def test_it_is_not_asked_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    sampled = take(asked, reading(tmp_path, monkeypatch, lines=["main (/x/y.py:1) 1"]), rounds=1)
    assert sum(sampled.lines.values()) == where.MOST_TIMES
    assert len(asked.batches) == 3 * where.MOST_TIMES


def test_the_number_of_requests_is_fixed_by_the_pace_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = reading(tmp_path, monkeypatch, lines=["main (/x/y.py:1) 5000"])
    monkeypatch.setattr(where, "SAMPLED_S", 0.0)
    assert take(Asked(), looking).rounds == 1


def test_a_standstill_in_one_round_does_not_make_them_fewer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    took_s = iter([60.0, 0.5, 2.0])
    monkeypatch.setattr(where, "_seconds", lambda *_: next(took_s, 1.0))
    looking = reading(tmp_path, monkeypatch, lines=["main (/x/y.py:1) 5000"])
    assert take(Asked(), looking).rounds == 10


def test_only_a_sampler_tells() -> None:
    counting = Callgrind(version="valgrind-3").reading(Path("nowhere"))
    with pytest.raises(CostError, match="only a sampler"):
        take_samples(Asked(), counting, scenario("json"), lambda: [1], idles=True)


def record(folder: Path, lines: dict[str, int], server: str = "uvicorn") -> CostSamples:
    sampled = Sampled(lines=lines, rounds=2, requests=720, seconds=1.5, cpu_s=1.0)
    subject = cost_cell(folder, "", server=server)
    return samples(subject, sampled, "py-spy 0.4", stack_reader(discover().frameworks.values()))


def test_the_record_holds_stacks_and_what_was_asked(tmp_path: Path) -> None:
    app = f"handler ({tmp_path}/stage/apps/small_app.py:1)"
    made = record(tmp_path, {f"main (/x/y.py:1);{app}": 7, "main (/x/y.py:1)": 3})
    assert (made.requests, made.seconds, made.cpu_s, made.rate_per_s) == (720, 1.5, 1.0, sampler.RATE_PER_S)
    assert (made.tool, made.python) == ("py-spy 0.4", "3.11")
    counts = stacks.decode(made.stacks)
    assert sorted(counts.values()) == [3, 7]
    (deep,) = (stack for stack, count in counts.items() if count == 7)
    assert (deep[-1].function, deep[-1].file, deep[-1].layer) == (
        "handler",
        "apps/small_app.py",
        CodeLayer.APP,
    )


def test_without_a_server_only_asking_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = f"main ({dispatch.__file__}:1);ask ({dispatch.__file__}:1);app (/x/y.py:1)"
    lines = [f"{asking} 5", f"main ({dispatch.__file__}:1);plain (/x/y.py:1) 2000"]
    looking = reading(tmp_path, monkeypatch, lines=lines)
    sampled = take_samples(Asked(), looking, scenario("json"), lambda: [os.getpid()], idles=False, rounds=1)
    assert sampled.lines == {asking: 5 * where.MOST_TIMES}
    assert sampled.cpu_s is None


def test_nothing_at_work_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CostError, match="saw nothing at work"):
        record(tmp_path, {})


SLOW = """

def slow_total() -> int:
    total = 0
    for number in range(20_000):
        total += number % 7
    return total


async def message("""


def slowed(environment: Provisioned, folder: Path) -> Provisioned:
    """The same apps, but that the handler of ``json`` first calls a slow function."""
    stage = folder / "slow-stage"
    shutil.copytree(environment.stage, stage)
    app = stage / "apps" / "starlette_app.py"
    text = app.read_text(encoding="utf-8")
    answer = '    return JSONResponse({"message": contract.greeting()})'
    assert answer in text
    text = text.replace(answer, f"    slow_total()\n{answer}").replace("\n\nasync def message(", SLOW, 1)
    app.chmod(0o644)
    app.write_text(text, encoding="utf-8")
    return replace(environment, stage=stage)


def real_sampler() -> sampler.Sampler:
    try:
        return sampler.find()
    except PlanError as error:
        pytest.skip(f"{error.message}: {error.remedy}")


@pytest.mark.servers
def test_the_difference_shows_a_planted_slow_function_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, "SAMPLED_S", 0.6)
    monkeypatch.setattr(where, "LEAST_SAMPLES", 150)
    parts = discover()
    starlette = parts.frameworks["starlette"]
    environment = provision(starlette, echo=lambda _line: None)
    sides = {SideName.BASE: environment, SideName.HEAD: slowed(environment, tmp_path)}
    kept: list[Outcome] = []
    pool = CountingPool(
        counter=Callgrind(version="none"),
        servers=parts.servers,
        scenarios=parts.scenarios,
        setup=SETUP,
        folder=tmp_path / "logs",
        append=kept.append,
        sampling=sampling_of(real_sampler(), parts),
    )
    asked = replace(cell("uvicorn-standard", Interface.ASGI), framework="starlette")
    pool.where(
        [
            tuple(
                CostCell(cell=asked, framework=starlette, environment=sides[side], side=side)
                for side in BOTH_SIDES
            )
        ]
    )
    assert not [outcome for outcome in kept if isinstance(outcome, Failure)], kept
    base, head = (
        Profile(record=made, stacks=stacks.decode(made.stacks))
        for made in kept
        if isinstance(made, CostSamples)
    )
    assert (base.record.side, head.record.side) == BOTH_SIDES
    assert base.total >= 30
    planted = function_changes(base, head)[0]
    assert planted.frame.function == "slow_total"
    assert planted.own.direction == Direction.GROWN
    assert planted.own.base == 0
    assert planted.own.head > 0.3
    assert planted.frame.file == "apps/starlette_app.py"
    page = two_sides(base, head, {"starlette": "Starlette"})
    assert f"grew most, from 0.0% to {planted.own.head:.1%} of samples" in page
    assert str(tmp_path) not in page
    layers = {frame.layer for stack in base.stacks for frame in stack}
    assert layers >= {CodeLayer.SERVER, CodeLayer.FRAMEWORK, CodeLayer.APP}
