"""Sampled stacks as a tree, and what share of them a function, a layer and a boundary hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.costs import summarise_costs
from report.analysis.flames import boundary_shares, layer_shares, own_and_whole, profiles_of, tree_of
from results.model import CodeLayer
from results.stacks import Frame
from tests.support.made_profiles import (
    BASE,
    CALL,
    CHECK,
    DUMPS,
    HANDLER,
    HOSTILE,
    PARSE,
    ROUTE,
    RUN,
    sampled_gate,
    sampled_run,
    samples,
)


def test_a_tree_counts_each_function_within_what_called_it() -> None:
    root = tree_of(BASE)
    assert (root.frame, root.count) == (None, 1000)
    run = root.children[RUN]
    assert run.count == 1000
    assert {frame: node.count for frame, node in run.children.items()} == {PARSE: 210, CALL: 750}
    inner = run.children[CALL].children[ROUTE].children[ROUTE]
    assert inner.count == 380
    assert inner.children[HANDLER].count == 320


def test_a_function_within_itself_counts_once() -> None:
    own, whole = own_and_whole(BASE)
    assert (own[ROUTE], whole[ROUTE]) == (300, 620)
    assert (own[HANDLER], whole[HANDLER]) == (90, 320)
    assert (own[CHECK], whole[CHECK]) == (111, 111)
    assert sum(own.values()) == 1000


def test_layers_add_up() -> None:
    told = layer_shares(BASE)
    assert list(told) == ["framework", "server", "standard-library", "package", "app"]
    assert told["framework"] == pytest.approx(0.43)
    assert sum(told.values()) == pytest.approx(1.0)
    assert sum(layer_shares(HOSTILE).values()) == pytest.approx(1.0)


def test_boundaries_hold_what_they_call_and_the_largest_of_an_app_is_the_handler() -> None:
    assert boundary_shares(BASE) == {
        "framework, whole: Starlette.__call__": 0.75,
        "routing: Router.__call__": 0.62,
        "handler: message": 0.32,
        "server, parsing: HttpToolsProtocol.data_received": 0.21,
        "serialisation: dumps": 0.12,
    }
    nameless = Frame("f", "x.py", CodeLayer.PACKAGE)
    assert boundary_shares({(nameless,): 3}) == {}
    assert DUMPS.boundary == "serialisation"


def test_what_cannot_be_read_is_told_and_the_rest_is_there() -> None:
    run = sampled_run()
    broken = replace(run.samples[0], stacks="nothing")
    read, problems = profiles_of(replace(run, samples=(broken, *run.samples)))
    assert [profile.total for profile in read] == [1000]
    assert read[0].per_request() == pytest.approx(1000 / 3600)
    assert problems == [f"{broken.cell.slug}: no sampled stacks: Incorrect padding"]
    empty = replace(run, samples=(samples({}),))
    assert profiles_of(empty) == ([], [f"{empty.samples[0].cell.slug}: no stack was sampled"])


def test_the_costs_of_a_run_hold_shares_of_its_samples_and_those_that_are_older() -> None:
    run = sampled_run()
    costs = summarise_costs(run)
    (older,) = run.shares
    assert [(shares.by, shares.what, shares.samples) for shares in costs.shares] == [
        ("function", "instructions", None),
        ("function", "samples", 1000),
        ("layer", "samples", 1000),
    ]
    assert costs.shares[0].shares == older.shares
    assert len(costs.profiles) == 1
    assert not summarise_costs(sampled_gate()).profiles  # sides are the gate's
