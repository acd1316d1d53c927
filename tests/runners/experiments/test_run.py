"""The whole pipeline with a fake server and a fake generator: everything but processes, in a second."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import runners.experiments.after_load
import runners.experiments.heat
import runners.experiments.inspection
from results.histogram import Latency
from results.model import FIRST_LOOK, Cell, Load, Run, Setup, Trial
from results.store import Writer, create, read, reopen
from runners.errors import LoadError, ServiceError
from runners.experiments.beside import Beside
from runners.experiments.live import MEMORY_RESERVE_BYTES
from runners.experiments.policy import Policy
from runners.experiments.run import RunSession
from runners.generator.messages import Leg, Measured, Order, Relay
from runners.launching.launcher import RunningServer
from runners.machine import facts
from runners.selection import loading
from runners.services.services import Leases
from runners.verify import tasks
from runners.verify.contract import Verified
from scenarios.background_scenario import late
from scenarios.compress_scenario import SMALL
from tests.support.fake_run import (
    IN_TURNS,
    SETUP,
    FakeGenerator,
    FakeLauncher,
    FakeServer,
    Heard,
    plan,
    verifying_all,
)
from tests.support.fake_services import FakeService
from tests.support.small_matrix import parts, scenario


@pytest.fixture(autouse=True)
def right(monkeypatch: pytest.MonkeyPatch) -> None:
    verified = Verified(differences=(), findings=(("a sign", "200"),), canonical={"probe": "200"})
    monkeypatch.setattr(runners.experiments.inspection, "verify_all", verifying_all(verified))
    monkeypatch.setattr(runners.experiments.after_load, "verify_after", lambda *_args, **_more: "")


def session(
    writer: Writer,
    before: Run,
    *,
    generator: FakeGenerator | None = None,
    broken: str = "",
    policy: Policy | None = None,
) -> RunSession:
    measurer = generator or FakeGenerator()

    def generators() -> AbstractContextManager[FakeGenerator]:
        return nullcontext(measurer)

    return RunSession(
        parts=parts(),
        plan=before.plan,
        writer=writer,
        watcher=Heard(),
        policy=policy or Policy(),
        before=before,
        launcher=FakeLauncher(parts().scenarios, broken),
        generators=generators,
    )


def complete(folder: Path, setup: Setup = SETUP, **more: Any) -> Run:  # noqa: ANN401 - passed on
    with create(folder, plan(setup)) as writer:
        session(writer, Run(plan=plan(setup)), **more).run()
    return read(folder / "a-run")


def test_every_block_holds_every_cell_once(tmp_path: Path) -> None:
    run = complete(tmp_path)
    assert [end.block for end in run.blocks] == [0, 1, 2]
    for block in range(SETUP.blocks):
        measured = sorted(trial.cell.slug for trial in run.trials if trial.block == block)
        assert measured == sorted(cell.slug for cell in run.plan.cells)
    assert len({launch.id for launch in run.launches}) == len(run.launches)
    assert not run.failures
    assert {trial.memory_before_bytes for trial in run.trials} == {50_000_000}
    assert len(set(run.findings)) == len(run.findings) > 0


def test_launches_follow_the_plan_and_verification_comes_first(tmp_path: Path) -> None:
    with create(tmp_path, plan()) as writer:
        one = session(writer, Run(plan=plan()))
        one.run()
    started = one.launcher.started  # type: ignore[attr-defined]  # the fake's
    seeds = {launch.hash_seed for launch in read(tmp_path / "a-run").launches}
    verifying = [key for key, seed in started if seed not in seeds]
    assert [key for key, seed in started if seed in seeds] == [key for order in plan().order for key in order]
    assert verifying == [key for key, _ in started[: len(verifying)]]
    assert len({seed for _, seed in started}) == len(started)
    assert not [key for key in verifying if "--control" in key]


def test_a_stack_that_does_not_start_is_a_failure_and_the_rest_is_measured(tmp_path: Path) -> None:
    run = complete(tmp_path, broken="flask--gunicorn-gthread")
    (failure,) = run.failures
    assert (failure.stack, failure.stage, failure.log_tail) == (
        "flask--gunicorn-gthread",
        "launch",
        "ImportError",
    )
    assert {trial.cell.stack for trial in run.trials} == {
        cell.stack for cell in run.plan.cells if cell.framework != "flask"
    }


def test_a_cell_that_cannot_be_loaded_leaves_the_others_of_its_launch(tmp_path: Path) -> None:
    def third_fails(count: int) -> None:
        if count == 3:
            raise LoadError("3 of 8 connections hung", remedy="look at the log", answered=5)

    run = complete(tmp_path, generator=FakeGenerator(third_fails))
    (failure,) = run.failures
    assert failure.cell is not None
    assert failure.log_tail == "the last line"
    assert failure.answered == 5
    assert len(run.trials) == len(run.plan.cells) * SETUP.blocks - 1


@pytest.mark.faults("no-service")
def test_cells_whose_service_cannot_be_had_are_failures_and_the_rest_is_measured(tmp_path: Path) -> None:
    refused = {"database": ServiceError("no database: no room", remedy="make room")}
    with create(tmp_path, plan()) as writer:
        one = session(writer, Run(plan=plan()))
        talking = {**parts().scenarios, "json": scenario("json", needs="database")}
        one.launcher = launcher = FakeLauncher(talking, refused=refused)
        one.run()
    run = read(tmp_path / "a-run")
    assert {
        (failure.cell.scenario, failure.stage, failure.remedy) for failure in run.failures if failure.cell
    } == {("json", "service", "make room")}
    wanted = [cell for cell in run.plan.cells if cell.scenario != "json"]
    assert len(run.trials) == SETUP.blocks * len(wanted)
    assert launcher.closed


@pytest.mark.faults("service-dies")
def test_a_service_that_ends_under_load_is_named_by_the_cells_that_fail(tmp_path: Path) -> None:
    with create(tmp_path, plan()) as writer:
        one = session(writer, Run(plan=plan()))
        one.launcher = launcher = FakeLauncher(parts().scenarios)

        def third_fails(count: int) -> None:
            if count == 3:
                for server in launcher.running:
                    server.leases = Leases({"database": FakeService("signal SIGKILL")})
                raise LoadError("500 for every request")

        generator = FakeGenerator(third_fails)
        one.generators = lambda: nullcontext(generator)
        one.run()
    run = read(tmp_path / "a-run")
    (failure,) = run.failures
    assert failure.message == "500 for every request; the database ended: signal SIGKILL"
    assert len(run.trials) == len(run.plan.cells) * SETUP.blocks - 1


def test_wrong_answers_after_load_are_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners.experiments.after_load, "verify_after", lambda *_args, **_more: "wanted 200")
    run = complete(tmp_path)
    assert {failure.stage for failure in run.failures} == {"verify-after"}


def test_a_task_that_is_lost_under_load_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = parts()
    deferring = replace(known.scenarios["json"], deferred=late)
    monkeypatch.setattr(tasks, "SETTLE_S", 0.0)
    monkeypatch.setattr(FakeServer, "tasks", tmp_path / "notes")
    monkeypatch.setitem(
        globals(), "parts", lambda: replace(known, scenarios={**known.scenarios, "json": deferring})
    )
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "1").write_text("+7\n+8\n-7\n", encoding="utf-8")
    run = complete(tmp_path)
    assert {failure.cell.scenario for failure in run.failures if failure.cell} == {"json"}
    assert {failure.stage for failure in run.failures} == {"verify-after"}
    assert "of 2 accepted tasks 1 were lost" in run.failures[0].message


def test_small_answers_beside_a_whole_window_are_recorded_and_a_wrong_one_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asking(server: RunningServer, _exchange: object) -> AbstractContextManager[Beside]:
        wrong = "beside the load: status 500" if "flask" in getattr(server, "stack", "") else ""
        return nullcontext(
            Beside(took=[(1e9 + SETUP.warmup_s, 7_000_000), (1e9 - 1, 9_000_000)], problem=wrong)
        )

    monkeypatch.setattr(runners.experiments.heat, "asking_beside", asking)
    run = complete(tmp_path)
    assert {failure.message.partition(": ")[2] for failure in run.failures} == {"beside the load: status 500"}
    assert all("flask" in failure.stack for failure in run.failures)
    beside = [Latency.decode(trial.beside or "") for trial in run.trials]
    assert beside
    assert {latency.count for latency in beside} == {1}


def ask_beside_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have small requests asked beside the load of ``json``."""
    known = parts()
    json = replace(known.scenarios["json"], beside=SMALL)
    monkeypatch.setitem(
        globals(), "parts", lambda: replace(known, scenarios={**known.scenarios, "json": json})
    )


@pytest.mark.parametrize("wrong", ["", "beside the load: status 500"])
def test_beside_turns_small_answers_are_asked_in_a_window_behind_them(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_beside_json(monkeypatch)
    took = [(1e9 + IN_TURNS.warmup_s, 7_000_000), (1e9 - 1, 9_000_000)]
    monkeypatch.setattr(
        runners.experiments.heat,
        "asking_beside",
        lambda _server, exchange: nullcontext(Beside(took=took if exchange is SMALL else [], problem=wrong)),
    )
    run = complete(tmp_path, IN_TURNS)
    assert all(trial.turns is not None for trial in run.trials)
    counted = {
        trial.cell.scenario: Latency.decode(trial.beside).count for trial in run.trials if trial.beside
    }
    assert counted == ({} if wrong else {"json": 1})  # of a cell that failed, trials do not count
    told = {
        (failure.cell.scenario, failure.message.partition(": ")[2])
        for failure in run.failures
        if failure.cell
    }
    assert told == ({("json", wrong)} if wrong else set())


@pytest.mark.parametrize("setup", [SETUP, IN_TURNS])
def test_the_generator_sleeps_beside_small_requests_which_need_its_cpu(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_beside_json(monkeypatch)
    monkeypatch.setattr(
        runners.experiments.heat, "asking_beside", lambda _server, _exchange: nullcontext(Beside())
    )
    measured = []

    class Noting(FakeGenerator):
        def measure(self, order: Order) -> Measured:
            measured.append((order.scenario, order.awake))
            return super().measure(order)

    complete(tmp_path, replace(setup, generator_awake=True), generator=Noting())
    assert {awake for scenario, awake in measured if scenario != "json"} == {True}
    in_json = [awake for scenario, awake in measured if scenario == "json"]
    assert in_json.count(False) == len(in_json) // (2 if setup is IN_TURNS else 1)


def test_a_leg_counts_though_the_window_behind_it_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(FakeGenerator):
        windows = False

        def measure(self, order: Order) -> Measured:
            if self.windows:
                raise LoadError("no right answer in the warm-up")
            return super().measure(order)

        def relay(self, order: Relay) -> tuple[Leg, ...]:
            self.windows = False
            legs = super().relay(order)
            self.windows = True
            return legs

    ask_beside_json(monkeypatch)
    monkeypatch.setattr(runners.experiments.heat, "asking_beside", lambda *_: nullcontext(Beside()))
    run = complete(tmp_path, IN_TURNS, generator=Silent())
    assert len(run.trials) == len(run.plan.cells) * IN_TURNS.blocks
    assert {failure.cell.scenario for failure in run.failures if failure.cell} == {"json"}
    assert {failure.stage for failure in run.failures} == {"load"}


@pytest.mark.parametrize("setup", [SETUP, IN_TURNS])
def test_one_wrong_answer_under_load_makes_its_cell_a_failure(tmp_path: Path, setup: Setup) -> None:
    class Wrong(FakeGenerator):
        def measure(self, order: Order) -> Measured:
            measured = super().measure(order)
            if order.scenario != "json" or self.count > 9:
                return measured
            return replace(measured, errors={"wrong-answer": 1}, error_example="GET /json: status 500")

    run = complete(tmp_path, setup, generator=Wrong())
    failed = [failure for failure in run.failures if failure.cell]
    assert failed
    assert {failure.stage for failure in failed} == {"verify-after"}
    assert all(failure.cell and failure.cell.scenario == "json" for failure in failed)
    assert "1 of " in failed[0].message
    assert "the first: GET /json: status 500" in failed[0].message
    assert all("wrong-answer" not in trial.errors for trial in run.trials)


def test_disturbed_trials_are_repeated_at_most_twice_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def json_five_times(trial: Trial) -> bool:
        return trial.cell.scenario == "json" and trial.attempt < 5

    monkeypatch.setattr(runners.experiments.heat, "REPEATED_SHARE", 2.0)
    monkeypatch.setattr(runners.experiments.heat, "MOST_SAVED", 99.0)
    run = complete(tmp_path, policy=Policy(is_disturbed=json_five_times))
    attempts = {trial.cell.scenario: trial.attempt for trial in run.trials}
    assert attempts == {"plaintext": 0, "json": 2}
    assert {trial.attempt for trial in run.partial} == {0, 1}


def test_where_every_window_is_disturbed_hardly_any_is_repeated(tmp_path: Path) -> None:
    run = complete(tmp_path, policy=Policy(is_disturbed=lambda _trial: True))
    repeats = [trial for trial in (*run.trials, *run.partial) if trial.attempt]
    assert len(run.trials) > 10
    assert len(repeats) == runners.experiments.heat.DISTURBED_REPEATS


def test_undisturbed_windows_save_up_repeats_of_later_ones(tmp_path: Path) -> None:
    def late(trial: Trial) -> bool:
        return trial.block == SETUP.blocks - 1

    run = complete(tmp_path, policy=Policy(is_disturbed=late))
    repeats = [trial for trial in (*run.trials, *run.partial) if trial.attempt]
    assert {trial.block for trial in repeats} == {SETUP.blocks - 1}
    assert len(repeats) == runners.experiments.heat.MOST_SAVED


UNDECIDED = "fastapi--granian-asgi"
PRECISE = plan(replace(SETUP, blocks=20, precision_percent=2.0))


def until(block: int) -> Policy:
    """FastAPI's JSON on granian is undecided until ``block`` is over."""

    def undecided(run: Run) -> Collection[Cell]:
        over = {end.block for end in run.blocks}
        wanted = {cell for cell in run.plan.cells if (cell.stack, cell.scenario) == (UNDECIDED, "json")}
        return () if block in over else wanted

    return Policy(undecided_cells=undecided)


def test_blocks_are_added_for_undecided_cells_alone_on_launches_as_before(tmp_path: Path) -> None:
    with create(tmp_path, PRECISE) as writer:
        session(writer, Run(plan=PRECISE), policy=until(9)).run()
    run = read(tmp_path / "a-run")
    assert [end.block for end in run.blocks] == list(range(10))
    by_block = [{trial.cell for trial in run.trials if trial.block == end.block} for end in run.blocks]
    assert all(len(cells) == len(run.plan.cells) for cells in by_block[:FIRST_LOOK])
    undecided = {c for c in run.plan.cells if (c.stack, c.scenario) == (UNDECIDED, "json")}
    assert by_block[FIRST_LOOK:] == [undecided, undecided]
    assert {launch.mounted for launch in run.launches if launch.stack == UNDECIDED} == {("plaintext", "json")}


def test_all_blocks_are_used_where_nothing_is_ever_decided(tmp_path: Path) -> None:
    with create(tmp_path, PRECISE) as writer:
        session(writer, Run(plan=PRECISE), policy=until(99)).run()
    assert len(read(tmp_path / "a-run").blocks) == 20


@pytest.mark.parametrize("stop_at", [5, 70])
def test_a_precise_run_goes_on_where_it_was_interrupted(tmp_path: Path, stop_at: int) -> None:
    def interrupt(count: int) -> None:
        if count == stop_at:
            raise KeyboardInterrupt

    with create(tmp_path, PRECISE) as writer, pytest.raises(KeyboardInterrupt):
        session(writer, Run(plan=PRECISE), policy=until(9), generator=FakeGenerator(interrupt)).run()
    kept = read(tmp_path / "a-run")
    with reopen(tmp_path / "a-run") as writer:
        session(writer, kept, policy=until(9)).run()
    assert [end.block for end in read(tmp_path / "a-run").blocks] == list(range(10))


@pytest.mark.parametrize("stop_at", [1, 4, 11])
def test_an_interrupted_run_keeps_its_trials_and_goes_on(tmp_path: Path, stop_at: int) -> None:
    def interrupt(count: int) -> None:
        if count == stop_at:
            raise KeyboardInterrupt

    with create(tmp_path, plan()) as writer, pytest.raises(KeyboardInterrupt):
        session(writer, Run(plan=plan()), generator=FakeGenerator(interrupt)).run()
    kept = read(tmp_path / "a-run")
    assert len(kept.trials) == stop_at - 1
    with reopen(tmp_path / "a-run") as writer:
        session(writer, kept).run()
    whole = read(tmp_path / "a-run")
    assert [end.block for end in whole.blocks] == [0, 1, 2]
    assert len(whole.trials) == len(whole.plan.cells) * SETUP.blocks
    assert len({launch.id for launch in whole.launches}) == len(whole.launches)
    assert len(set(whole.findings)) == len(whole.findings)


def test_what_verification_refused_stays_out_when_the_run_goes_on(tmp_path: Path) -> None:
    def interrupt(count: int) -> None:
        if count == 2:
            raise KeyboardInterrupt

    with create(tmp_path, plan()) as writer, pytest.raises(KeyboardInterrupt):
        session(
            writer, Run(plan=plan()), generator=FakeGenerator(interrupt), broken="flask--gunicorn-gthread"
        ).run()
    with reopen(tmp_path / "a-run") as writer:
        session(writer, read(tmp_path / "a-run")).run()
    whole = read(tmp_path / "a-run")
    assert len(whole.failures) == 1
    assert not [trial for trial in whole.trials if trial.cell.framework == "flask"]


def test_in_turns_each_stack_is_launched_once_a_block_and_all_live_at_once(tmp_path: Path) -> None:
    generator = FakeGenerator()
    run = complete(tmp_path, IN_TURNS, generator=generator)
    stacks = {cell.stack for cell in run.plan.cells}
    assert not run.failures
    assert all(trial.turns is not None and len(trial.turns.requests) == 5 for trial in run.trials)
    assert {trial.live for trial in run.trials} == {len(stacks)}
    assert {trial.heat for trial in run.trials} == {0}
    assert all(trial.memory_before_bytes for trial in run.trials)
    assert len(run.launches) == IN_TURNS.blocks * len(stacks)
    assert len(generator.relays) == IN_TURNS.blocks
    for order in generator.relays:
        asked = {leg.scenario for leg in order.legs}
        assert len(order.legs) == sum(cell.scenario in asked for cell in run.plan.cells)
        assert (
            len(order.servers) == len({cell.stack for cell in run.plan.cells if cell.scenario in asked}) > 1
        )
        assert len({leg.seed for leg in order.legs}) == len({leg.scenario for leg in order.legs}) == 2
        assert not any(leg.cpus for leg in order.legs)


def test_those_of_a_server_variant_take_their_turns_one_after_the_other(tmp_path: Path) -> None:
    generator = FakeGenerator()
    run = complete(tmp_path, IN_TURNS, generator=generator)
    launches = {launch.id: launch.stack for launch in run.launches}
    order = generator.relays[0]
    first = [trial for trial in run.trials if trial.block == 0][: len(order.legs)]
    by_group: dict[int, set[str]] = {}
    for trial, group in zip(first, order.groups, strict=True):
        assert launches[trial.launch] == trial.cell.stack
        by_group.setdefault(group, set()).add(trial.cell.server)
    assert all(len(servers) == 1 for servers in by_group.values())


def test_smaller_heats_keep_every_cell_once_a_block(tmp_path: Path) -> None:
    run = complete(tmp_path, replace(IN_TURNS, heat=2))
    assert {trial.live for trial in run.trials} <= {1, 2}
    assert len({trial.heat for trial in run.trials}) > 1
    for block in range(SETUP.blocks):
        measured = sorted(trial.cell.slug for trial in run.trials if trial.block == block)
        assert measured == sorted(cell.slug for cell in run.plan.cells)


def test_a_leg_that_fails_leaves_the_others_of_its_relay(tmp_path: Path) -> None:
    def third_fails(count: int) -> None:
        if count == 3:
            raise LoadError("3 of 8 connections hung", remedy="look at the log", answered=5)

    run = complete(tmp_path, IN_TURNS, generator=FakeGenerator(third_fails))
    (failure,) = run.failures
    assert failure.cell is not None
    assert failure.log_tail == "the last line"
    assert failure.answered == 5
    assert len(run.trials) == len(run.plan.cells) * SETUP.blocks - 1


def test_workloads_that_take_turns_together_are_neighbours_each_on_its_own(tmp_path: Path) -> None:
    generator = FakeGenerator()
    run = complete(tmp_path, IN_TURNS, generator=generator)
    assert len(generator.relays) == SETUP.blocks
    order = generator.relays[0]
    servers = {place: number for number, places in enumerate(order.servers) for place in places}
    assert {len(places) for places in order.servers} == {1, 2}  # some have one workload only
    by_group: dict[int, list[int]] = {}
    for place, group in enumerate(order.groups):
        by_group.setdefault(group, []).append(place)
    for places in by_group.values():
        assert len({order.legs[place].scenario for place in places}) == 1
        assert len({servers[place] for place in places}) == len(places)
    for trial in run.trials:
        others = [other.requests for other in run.trials if other.launch == trial.launch and other != trial]
        assert trial.asked_besides == sum(others)
    assert any(trial.asked_besides for trial in run.trials)


def test_a_server_is_asked_for_one_cell_at_a_time_after_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others of its heat may be asked meanwhile."""
    asked, at_once = Counter[int](), set[int]()

    def verify_after(_host: str, port: int, *_args: object, **_more: object) -> str:
        asked[port] += 1
        at_once.add(asked[port])
        time.sleep(0.002)
        asked[port] -= 1
        return ""

    monkeypatch.setattr(runners.experiments.after_load, "verify_after", verify_after)
    run = complete(tmp_path, IN_TURNS)
    assert not run.failures
    assert at_once == {1}


def test_a_restless_server_is_stopped_for_all_it_is_asked_at_once(tmp_path: Path) -> None:
    class Judging(FakeGenerator):
        def relay(self, order: Relay) -> tuple[Leg, ...]:
            legs = super().relay(order)
            return (Leg(failed="the server kept a CPU busy", restless=True), *legs[1:])

    run = complete(tmp_path, IN_TURNS, generator=Judging())
    assert [(failure.block, failure.cell) for failure in run.failures] == [
        (block, None) for block in range(SETUP.blocks)
    ]
    left = {failure.launch for failure in run.failures}
    assert not [trial for trial in run.trials if trial.launch in left]


def test_a_restless_server_is_stopped_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MOST_TOGETHER", 1)
    living: list[int] = []

    class Judging(FakeGenerator):
        def relay(self, order: Relay) -> tuple[Leg, ...]:
            living.append(len(launcher.running))
            legs = super().relay(order)
            if len(self.relays) > 1:
                return legs
            return (Leg(failed="the server kept a CPU busy", restless=True), *legs[1:])

    launcher = FakeLauncher(parts().scenarios)
    with create(tmp_path, plan(IN_TURNS)) as writer:
        one = session(writer, Run(plan=plan(IN_TURNS)), generator=Judging())
        one.launcher = launcher
        one.run()
    run = read(tmp_path / "a-run")
    (failure,) = run.failures
    assert (failure.block, failure.stage, failure.cell) == (0, "load", None)
    assert living[1] == living[0] - 1
    assert living[2] == living[0]
    left = [trial.block for trial in run.trials if trial.launch == failure.launch]
    assert not left
    stack = [trial.block for trial in run.trials if trial.cell.stack == failure.stack]
    assert stack.count(0) < stack.count(1) == stack.count(2)


def test_a_generator_that_dies_fails_every_cell_of_its_relay_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MOST_TOGETHER", 1)

    class Dying(FakeGenerator):
        def relay(self, order: Relay) -> tuple[Leg, ...]:
            if not self.relays:
                self.relays.append(order)
                raise LoadError("the generator died")
            return super().relay(order)

    run = complete(tmp_path, IN_TURNS, generator=Dying())
    failed = {failure.cell for failure in run.failures}
    assert failed == {cell for cell in run.plan.cells if cell.scenario == run.failures[0].cell.scenario}  # type: ignore[union-attr]
    assert len(run.trials) == len(run.plan.cells) * SETUP.blocks - len(failed)


def test_the_reference_stack_has_a_launch_and_its_trials_in_every_heat(tmp_path: Path) -> None:
    reference = "fastapi--granian-asgi"
    run = complete(tmp_path, replace(IN_TURNS, heat=2, reference=reference))
    for block in range(SETUP.blocks):
        trials = [trial for trial in run.trials if trial.block == block]
        heats = {trial.heat for trial in trials}
        assert len(heats) > 1
        own = [trial for trial in trials if trial.cell.stack == reference]
        scenarios = {trial.cell.scenario for trial in own}
        assert sorted((trial.heat, trial.cell.scenario) for trial in own) == sorted(product(heats, scenarios))
        assert len({trial.launch for trial in own}) == len(heats)
    assert not run.partial
    assert not run.failures


def test_a_server_that_dies_in_a_relay_leaves_the_heat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MOST_TOGETHER", 1)
    dead = "fastapi--granian-asgi"
    launcher = FakeLauncher(parts().scenarios)

    def kill_at_first(count: int) -> None:
        if count == 1:
            for server in launcher.running:
                server.living = server.stack != dead

    with create(tmp_path, plan(IN_TURNS)) as writer:
        one = session(writer, Run(plan=plan(IN_TURNS)), generator=FakeGenerator(kill_at_first))
        one.launcher = launcher
        one.run()
    run = read(tmp_path / "a-run")
    (failure,) = run.failures
    assert (failure.stack, failure.block, failure.stage) == (dead, 0, "launch")
    assert "died under load" in failure.message
    of_dead = [trial.block for trial in run.trials if trial.cell.stack == dead]
    assert 0 < of_dead.count(0) < of_dead.count(1) == of_dead.count(2)


def test_too_little_memory_for_all_at_once_makes_smaller_heats_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(Heard, "say", lambda _self, text: said.append(text))
    room = MEMORY_RESERVE_BYTES + 2 * 50_000_000
    monkeypatch.setattr(facts, "memory_available", lambda: room)
    run = complete(tmp_path, IN_TURNS)
    assert {trial.live for trial in run.trials} <= {1, 2}
    assert len(run.trials) == len(run.plan.cells) * SETUP.blocks
    assert sum("smaller heats" in text for text in said) == SETUP.blocks


@pytest.mark.faults("memory-short")
def test_where_memory_gets_short_the_largest_server_is_stopped_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher, living = FakeLauncher(parts().scenarios), list[int]()

    def available() -> int:
        if living and len(launcher.running) == living[0]:
            return MEMORY_RESERVE_BYTES - 1
        living.clear()
        return 2**34

    def get_short(count: int) -> None:
        if count == 1:
            living.append(len(launcher.running))

    monkeypatch.setattr(facts, "memory_available", available)
    with create(tmp_path, plan(IN_TURNS)) as writer:
        one = session(writer, Run(plan=plan(IN_TURNS)), generator=FakeGenerator(get_short))
        one.launcher = launcher
        one.run()
    (failure,) = read(tmp_path / "a-run").failures
    assert (failure.block, failure.stage, failure.cell) == (0, "launch", None)
    assert failure.message.startswith(f"{failure.stack}: stopped: it took 47 MiB")
    assert "--heat" in failure.remedy
    assert [end.block for end in read(tmp_path / "a-run").blocks] == [0, 1, 2]


def test_an_open_load_is_measured_in_whole_windows_of_its_own_length(tmp_path: Path) -> None:
    setup = replace(IN_TURNS, open_window_s=2.2)
    closed = plan(setup)
    cells = closed.cells + tuple(
        replace(cell, load=Load.OPEN, rate_rps=500.0) for cell in closed.cells if cell.scenario == "json"
    )
    both = replace(closed, cells=cells)
    with create(tmp_path, both) as writer:
        session(writer, Run(plan=both)).run()
    run = read(tmp_path / "a-run")
    offered = [trial for trial in run.trials if trial.cell.load == Load.OPEN]
    assert {trial.block for trial in offered} == {0, 1, 2}
    assert {trial.window_s for trial in offered} == {2.2}
    assert all(trial.turns is None for trial in offered)
    assert all(trial.turns is not None for trial in run.trials if trial.cell.load == Load.CLOSED)


def test_after_each_block_the_watcher_hears_how_precise_ratios_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[float | None] = []
    monkeypatch.setattr(Heard, "reached", lambda _self, percent: heard.append(percent))
    complete(tmp_path, policy=Policy(reached_percent=lambda run: 10.0 / len(run.blocks)))
    assert heard == [10.0, 5.0, pytest.approx(10 / 3)]
