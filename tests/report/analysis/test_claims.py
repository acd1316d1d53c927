"""What is said of these stacks: told where a run has the cells, asked for where it has not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from report.analysis.claims.catalogue import CLAIMS, MeasuredClaim, measure_claims
from report.analysis.claims.claim import Evidence, Told
from report.analysis.titles import titles_of
from report.stats.levels import Level
from results.model import Cell, Load, Run
from tests.support.paths import ROOT
from tests.support.synthetic import make_run
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_lifecycles import cell, record
from tests.support.synthetic_lifecycles import run as lifecycles
from tests.support.synthetic_plan import FRAMEWORK_US, SERVER_US
from tests.support.synthetic_turns import make_relay

QUICK = make_relay(scenarios=("json", "orders"))
TITLES = titles_of(lifecycles())
PAGE = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")


def entries_of(name: str, *runs: Run) -> list[MeasuredClaim]:
    return [entry for entry in measure_claims(runs) if entry.claim.name == name]


def value_of(told: Told) -> Level:
    assert told.value is not None
    return told.value


def entry_of(name: str, *runs: Run) -> MeasuredClaim:
    (entry,) = entries_of(name, *runs)
    return entry


def test_a_run_without_the_cells_says_nothing() -> None:
    alone = make_run(stacks=(("starlette", "uvicorn-standard"),), scenarios=("json",), troubles=False)
    for entry in measure_claims([alone]):
        assert (entry.run, entry.told) == ("", ()), entry.claim.name


def test_what_is_made_is_what_is_told() -> None:
    told = entry_of("litestar", QUICK).told
    assert {"json", "orders"} == {cell.split("--")[2] for entry in told for cell in entry.cells}
    uvicorn = next(entry for entry in told if "uvicorn-standard--json" in entry.cells[0])
    made = [FRAMEWORK_US[name] + SERVER_US["uvicorn-standard"] for name in ("fastapi", "litestar")]
    assert value_of(uvicorn).value == pytest.approx(made[0] / made[1], rel=0.05)
    level = value_of(uvicorn)
    assert level.low is not None
    assert level.high is not None
    assert level.low < level.value < level.high
    assert f"{value_of(uvicorn).value:.2f}×" in uvicorn.sentence


def test_what_is_left_of_a_request_is_the_share_of_framework_and_app() -> None:
    told = entry_of("migration", QUICK).told
    assert told
    assert not any(entry.cells[0].startswith("asgi--") for entry in told)
    for entry in told:
        assert 0 < (value_of(entry).low or 0) < value_of(entry).value < (value_of(entry).high or 0) < 100
        assert entry.cells[1].split("--")[0] in {"asgi", "wsgi", "rsgi"}


def test_a_share_that_cannot_be_told_from_nothing_saves_nothing() -> None:
    noisy = make_run(scenarios=("json",), launch_noise=2.0, troubles=False)
    told = entry_of("migration", noisy).told
    vague = [entry for entry in told if value_of(entry).holds(0)]
    assert vague
    for entry in told:
        assert ("cannot be told from nothing" in entry.sentence) == (entry in vague)
        assert ("saves less than that" in entry.sentence) == (entry not in vague)


def test_wsgi_is_enough_where_the_interval_says_so() -> None:
    stacks = (("fastapi", "uvicorn-standard"), ("flask", "granian-wsgi"))
    even = {"fastapi--uvicorn-standard": 100.0, "flask--granian-wsgi": 100.0}
    for cost, word in ((100.0, "WSGI is enough"), (70.0, "more than enough"), (140.0, "answers fewer")):
        run = make_relay(
            stacks=stacks, scenarios=("json",), control=False, cost_us=even | {"flask--granian-wsgi": cost}
        )
        (told,) = entry_of("wsgi-enough", run).told
        assert word in told.sentence


def test_wsgi_is_held_against_the_server_on_which_asgi_serves_most() -> None:
    stacks = (("fastapi", "uvicorn-standard"), ("fastapi", "granian-asgi"), ("flask", "granian-wsgi"))
    costs = {f"{framework}--{server}": 100.0 for framework, server in stacks}
    costs["fastapi--granian-asgi"] = 70.0
    run = make_relay(stacks=stacks, scenarios=("json",), control=False, cost_us=costs)
    (told,) = entry_of("wsgi-enough", run).told
    assert told.cells[1].startswith("fastapi--granian-asgi--")
    assert "answers fewer" in told.sentence


def alone_cell(stacks: Sequence[tuple[str, str]]) -> Cell:
    return make_run(stacks=stacks, scenarios=("json",), control=False).plan.cells[0]


def at_connections(stacks: Sequence[tuple[str, str]], scenario: str, *connections: int) -> Run:
    """One run of several numbers of connections."""
    runs = [
        make_run(stacks=stacks, scenarios=(scenario,), connections=number, control=False, troubles=False)
        for number in connections
    ]
    return replace(
        runs[0], trials=tuple(trial for run in runs for trial in run.trials), failures=(), findings=()
    )


def test_threads_are_told_by_what_waits_at_few_and_at_many_connections() -> None:
    stacks = (("flask", "gunicorn-gthread"), ("starlette", "uvicorn-standard"))
    both = at_connections(stacks, "delay", 100, 500)
    told = entry_of("threads-or-loop", both).told
    assert [entry.cells[0].split("--")[0] for entry in told] == ["flask", "starlette"]
    assert "WSGI, 40 threads" in told[0].sentence
    for entry in told:
        assert value_of(entry).value == pytest.approx(5, rel=0.05)  # as it is made: they only wait


def test_numbers_of_connections_are_told_apart() -> None:
    stacks = (("fastapi", "uvicorn-standard"), ("starlette", "uvicorn-standard"))
    told = entry_of("fastapi-layers", at_connections(stacks, "json", 16, 64)).told
    assert [entry.sentence.rpartition(" in ")[2] for entry in told] == [
        "`json` at 16 connections.",
        "`json` at 64 connections.",
    ]
    (alone,) = entry_of("fastapi-layers", at_connections(stacks, "json", 16)).told
    assert alone.sentence.endswith(" in `json`.")
    offered = replace(alone_cell(stacks), load=Load.OPEN, rate_rps=1000.0)
    assert Evidence(Run(plan=QUICK.plan), ()).asked(offered) == "`json`"


def test_servers_meet_on_the_bare_app_and_a_variant_on_any() -> None:
    run = make_relay(
        stacks=(
            ("asgi", "uvicorn-standard"),
            ("asgi", "granian-asgi"),
            ("starlette", "uvicorn-standard"),
            ("starlette", "uvicorn-pure"),
        ),
        scenarios=("json",),
        control=False,
    )
    (role,) = entry_of("server-role", run).told
    assert role.cells[0].startswith("asgi--granian-asgi--")
    assert value_of(role).value > 1
    (standard,) = entry_of("uvicorn-standard", run).told
    assert standard.cells[0].startswith("starlette--uvicorn-standard--")
    assert value_of(standard).value > 1


def test_layers_are_told_by_counts_too() -> None:
    told = entry_of("fastapi-layers", make_cost_run(troubles=False)).told
    assert {entry.unit for entry in told} == {"instructions"}
    assert {entry.cells[0].split("--")[0] for entry in told} == {"fastapi", "starlette"}


def test_lifecycles_tell_what_their_probes_saw() -> None:
    looked_at = lifecycles()
    carried = entry_of("capabilities", looked_at).told
    assert carried == ()  # of what interfaces differ in, it saw nothing
    (one, two) = entry_of("openapi", looked_at).told
    assert f"{TITLES.get('fastapi', 'fastapi')} on uvicorn-standard" in two.sentence
    assert "not measured (it was not looked at)" in one.sentence
    assert one.value is None

    stack = cell("starlette", "capabilities")
    seen = record(stack, answers={"websocket": "yes", "start hook": "yes"})
    idle = record(
        cell("starlette", "idle-connections"),
        values={"kept": 1000.0, "connection_bytes": 8192.0, "p99_before_us": 900.0},
        absent={"p99_with_us": "nobody answered"},
    )
    end = record(
        cell("starlette", "graceful-shutdown"),
        values={"in_flight": 16.0, "in_flight_lost": 1.0, "exit_s": 0.5},
    )
    hooks = record(cell("starlette", "lifespan"), answers={"start hook": "once per worker"})
    records = (seen, idle, end, hooks)
    plan = replace(looked_at.plan, cells=tuple(entry.cell for entry in records))
    made = Run(plan=plan, lifecycles=records)
    assert entry_of("capabilities", made).told[0].sentence == (
        f"{TITLES.get('starlette', 'starlette')} on uvicorn-standard (ASGI): WebSocket yes; lifespan yes."
    )
    (kept,) = entry_of("idle-connections", made).told
    assert value_of(kept).value == 8
    assert "keeps 1,000 idle connections" in kept.sentence
    assert "8.00 KiB (1 repeat: too few for an interval)" in kept.sentence
    assert "not measured (nobody answered) beside them" in kept.sentence
    started, ended = entry_of("lifespan", made).told
    assert "start hook once per worker, stop hook unknown" in started.sentence
    assert "1 of 16 requests in flight are lost, and it ends after 0.500 s" in ended.sentence


def test_rows_are_told_of_the_stacks_that_are_farthest_apart_in_small_answers() -> None:
    run = make_relay(
        stacks=(
            ("starlette", "uvicorn-standard"),
            ("fastapi", "uvicorn-standard"),
            ("flask", "gunicorn-gthread"),
        ),
        scenarios=("json", "orm-page"),
        control=False,
        cost_us={
            "starlette--uvicorn-standard": 100.0,
            "fastapi--uvicorn-standard": 150.0,
            "flask--gunicorn-gthread": 400.0,
        },
    )
    small, rows = entry_of("nested-rows", run).told
    assert [cell.split("--")[0] for cell in small.cells] == ["starlette", "flask"]
    assert "`json`" in small.sentence
    assert "Starlette on uvicorn-standard answers" in rows.sentence
    assert "as Flask on gunicorn-gthread in `orm-page`" in rows.sentence
    assert value_of(small).value == pytest.approx(4, rel=0.05)
    (alone,) = entries_of("nested-rows", QUICK)
    assert alone.told == ()


def test_every_run_tells_for_itself() -> None:
    other = make_relay(scenarios=("json",), name="another", seed=2)
    assert [entry.run for entry in entries_of("litestar", QUICK, other)] == [QUICK.plan.name, "another"]


def test_the_document_has_every_claim_with_its_command() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == [claim.says for claim in CLAIMS.values()]
    for claim in CLAIMS.values():
        assert claim.wants in PAGE.replace("\n", " ")
        assert claim.command in re.sub(r" \\\n +", " ", PAGE)


def with_workers(workers: int, *, name: str, seed: int = 1, faster: float = 1.0) -> Run:
    """A run of one stack on so many workers, on a machine that is ``faster`` for as long as it lasts."""
    made = make_run(
        stacks=(("starlette", "uvicorn-standard"),),
        scenarios=("json",),
        control=False,
        troubles=False,
        name=name,
        seed=seed,
        launch_noise=0.01,
        trial_noise=0.01,
        block_noise=0.01,
    )
    trials = tuple(
        replace(
            trial,
            cell=replace(trial.cell, workers=workers),
            requests=round(trial.requests * workers * faster),
        )
        for trial in made.trials
    )
    cells = tuple(replace(cell, workers=workers) for cell in made.plan.cells)
    return replace(made, plan=replace(made.plan, cells=cells), trials=trials)


def generating(run: Run, *, awake: bool, on: int) -> Run:
    setup = replace(run.plan.setup, generator_awake=awake, server_cpus=(1,), generator_cpus=(on,))
    return replace(run, plan=replace(run.plan, setup=setup))


def test_workers_are_told_where_the_generator_slept_only_as_they_took_its_cpu() -> None:
    alone = generating(with_workers(1, name="one"), awake=True, on=0)
    slept = generating(with_workers(1, name="slept", seed=3), awake=False, on=0)
    crowded = generating(with_workers(2, name="two", seed=2), awake=False, on=1)
    told = entry_of("workers", alone, slept, crowded)
    assert told.run == "one, two"
    (entry,) = told.told
    assert entry.sentence.endswith("the generator had a core to itself with 1 worker and not with 2.")
    asleep = generating(with_workers(2, name="two", seed=2), awake=False, on=0)
    assert not entry_of("workers", alone, asleep).told


def test_workers_are_told_by_runs_that_differ_in_nothing_else() -> None:
    one, two = with_workers(1, name="one"), with_workers(2, name="two", seed=2)
    told = entry_of("workers", one, two)
    assert told.run == "one, two"
    (entry,) = told.told
    assert [cell.rpartition("--")[2] for cell in entry.cells] == ["w2", "w1"]
    level = value_of(entry)
    assert level.value == pytest.approx(2, rel=0.05)
    assert level.low is not None
    assert level.high is not None
    assert level.low < level.value < level.high
    assert "with 2 workers as with 1 in `json` at 64 connections" in entry.sentence
    assert "is in the number, and not in its interval" in entry.sentence


def test_several_runs_of_each_say_how_much_runs_differ() -> None:
    runs = [
        with_workers(workers, name=f"w{workers}-{number}", seed=number, faster=faster)
        for workers in (1, 2)
        for number, faster in enumerate((1.0, 1.3), 1)
    ]
    (entry,) = entry_of("workers", *runs).told
    assert "the interval is over 2 runs and 2 runs" in entry.sentence
    (by_blocks,) = entry_of("workers", runs[0], runs[2]).told
    wide, narrow = value_of(entry), value_of(by_blocks)
    assert wide.low is not None
    assert narrow.low is not None
    assert wide.value / wide.low > narrow.value / narrow.low  # the machine's speed is in it


@pytest.mark.parametrize("what", ["machine", "packages", "threads", "workers"])
def test_workers_are_not_told_across_anything_else(what: str) -> None:
    one, two = with_workers(1, name="one"), with_workers(1 if what == "workers" else 2, name="two")
    environment = two.plan.environment
    setup = replace(two.plan.setup, threads=7) if what == "threads" else two.plan.setup
    if what == "machine":
        environment = replace(environment, machine=replace(environment.machine, cpu_model="another"))
    if what == "packages":
        frameworks = tuple(replace(part, key="another") for part in environment.frameworks)
        environment = replace(environment, frameworks=frameworks)
    other = replace(two, plan=replace(two.plan, environment=environment, setup=setup))
    assert (entry_of("workers", one, other).run, entry_of("workers", one, other).told) == ("", ())
