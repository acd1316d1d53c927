"""Layers: differences with their sign and spread, what they stand on, and why there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.costs import summarise_costs
from report.analysis.layers import Layers, built_on
from report.analysis.layers import find_layers as layers_of
from results.model import InstructionCounter, Run
from tests.support.synthetic_costs import FRAMEWORK, make_cost_run


def group(run: Run, server: str, scenario: str = "plaintext", interface: str = "asgi") -> Layers:
    return next(
        layers
        for layers in summarise_costs(run).layers
        if (layers.scenario, layers.server, layers.interface) == (scenario, server, interface)
    )


def names(layers: Layers) -> list[tuple[str, str]]:
    return [
        (step.count.cell.framework, step.over.cell.framework if step.over else "") for step in layers.steps
    ]


def test_fastapi_stands_on_starlette_and_all_others_on_the_floor() -> None:
    layers = group(make_cost_run(), "uvicorn-standard")
    assert names(layers) == [
        ("asgi", ""),
        ("starlette", "asgi"),
        ("fastapi", "starlette"),
        ("litestar", "asgi"),
    ]


def test_what_a_framework_stands_on_is_what_it_declared_when_it_was_measured() -> None:
    run = make_cost_run()
    declared = {"litestar": "fastapi", "starlette": "litestar-that-was-not-counted"}
    environments = tuple(
        replace(environment, declared={"built-on": declared[environment.framework]})
        if environment.framework in declared
        else environment
        for environment in run.plan.environment.frameworks
    )
    environment = replace(run.plan.environment, frameworks=environments)
    layers = group(replace(run, plan=replace(run.plan, environment=environment)), "uvicorn-standard")
    assert names(layers) == [
        ("asgi", ""),
        ("starlette", ""),
        ("fastapi", "starlette"),
        ("litestar", "fastapi"),
    ]
    reasons = [step.reason for step in layers.steps]
    assert reasons[1] == "not measured: litestar-that-was-not-counted was not counted here"
    assert reasons[2:] == ["", ""]


def test_frameworks_that_stand_on_each_other_are_shown_all_the_same() -> None:
    below = built_on([])
    assert below == {"fastapi": "starlette"}
    counts = summarise_costs(make_cost_run()).counts
    steps = next(iter(layers_of(counts, below | {"starlette": "fastapi"}))).steps
    assert sorted(step.count.cell.framework for step in steps) == ["asgi", "fastapi", "litestar", "starlette"]


def test_a_layer_is_what_is_added_and_the_layers_add_up() -> None:
    floor, starlette, fastapi, _ = group(make_cost_run(noise=0.0005), "uvicorn-standard").steps
    assert floor.level == floor.count.level
    assert starlette.level is not None
    assert starlette.level.value == pytest.approx(FRAMEWORK["starlette"], rel=0.01)
    assert fastapi.level is not None
    assert floor.level is not None
    assert fastapi.count.level is not None
    total = floor.level.value + starlette.level.value + fastapi.level.value
    assert fastapi.count.level.value == pytest.approx(total)


def test_a_framework_that_beats_its_floor_is_shown_so() -> None:
    run = make_cost_run()
    cheap = {each.cell for each in run.costs if each.cell.framework == "starlette"}
    halved = tuple(
        replace(
            each,
            intervals=tuple(replace(one, instructions=one.instructions // 3) for one in each.intervals),
        )
        if each.cell in cheap
        else each
        for each in run.costs
    )
    step = group(replace(run, costs=halved), "uvicorn-standard").steps[1]
    assert step.level is not None
    assert step.level.value < 0


def test_without_a_floor_the_layer_is_not_measured_but_the_next_one_is() -> None:
    starlette, fastapi, litestar = group(make_cost_run(), "granian-asgi").steps
    assert starlette.reason == litestar.reason == "not measured: the floor was not counted here"
    assert starlette.level is None
    assert fastapi.level is not None


def test_without_starlette_fastapi_says_so() -> None:
    run = make_cost_run(stacks=(("asgi", "uvicorn-standard"), ("fastapi", "uvicorn-standard")))
    _, fastapi = group(run, "uvicorn-standard").steps
    assert fastapi.reason == "not measured: starlette was not counted here"


def test_a_floor_that_failed_passes_its_reason_on() -> None:
    run = make_cost_run()
    floor = next(each.cell for each in run.costs if each.cell.framework == "asgi")
    failed = replace(run.failures[0], cell=floor, stack=floor.stack)
    cut = replace(
        run,
        costs=tuple(each for each in run.costs if each.cell != floor),
        failures=(*run.failures, failed),
    )
    steps = group(cut, floor.server, floor.scenario).steps
    assert steps[0].level is None
    assert steps[1].reason == "not measured (cost): intervals 2.1% apart, twice"


def test_builds_of_the_interpreter_are_not_compared() -> None:
    run = make_cost_run()
    environment = run.plan.environment
    mixed = tuple(
        replace(each, python="3.13.1") if each.framework == "fastapi" else each
        for each in environment.frameworks
    )
    plan = replace(run.plan, environment=replace(environment, frameworks=mixed))
    fastapi = group(replace(run, plan=plan), "uvicorn-standard").steps[2]
    assert fastapi.level is None
    assert "3.11.7" in fastapi.reason
    assert "3.13.1" in fastapi.reason
    assert fastapi.reason.endswith("are different builds")


def test_counters_are_not_compared() -> None:
    run = make_cost_run()
    mixed = tuple(
        replace(each, counter=InstructionCounter.PERF, tool="perf 6.1")
        if each.cell.framework == "litestar"
        else each
        for each in run.costs
    )
    litestar = group(replace(run, costs=mixed), "uvicorn-standard").steps[3]
    assert litestar.reason == "not compared: counted by perf 6.1 and valgrind 3.19.0"
