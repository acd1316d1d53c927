from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

import runners.experiments.pairs.provisioning
from results.model import Cell, Failure, PlanKind, SideName
from runners.environments.provision import Provisioned
from runners.errors import PlanError, ProvisionError
from runners.experiments.pairs.options import PairOptions, SideOptions, SidesOptions
from runners.experiments.pairs.pairing import MatchedCells
from runners.experiments.pairs.planning import match_selection, missing, prepare, prepare_pairings
from runners.experiments.pairs.sides import SideParts
from runners.experiments.progress import Watcher
from runners.selection.matrix import Selection
from tests.support.fake_comparison import PARTS, pairings
from tests.support.fake_comparison import prepared as faked
from tests.support.fake_comparison import provisioned as environment
from tests.support.fake_run import Heard

CHOSEN = pairings()
OPTIONS = PairOptions(
    sides=SidesOptions(base=SideOptions(overrides=("a==1",)), head=SideOptions(overrides=("a",))),
    selection=Selection(scenarios=("plaintext", "json"), connections=(8,)),
    pairs=4,
    seed=1,
)
LEGACY_WEBSOCKETS = (
    "uvicorn 0.34.0 is too old for `--ws websockets-sansio` (uvicorn>=0.42): `--ws websockets` in its place"
)


def side_parts() -> dict[SideName, SideParts]:
    found = faked(CHOSEN).sides
    return {
        side: replace(found[side], options=options)
        for side, options in ((SideName.BASE, OPTIONS.sides.base), (SideName.HEAD, SideOptions()))
    }


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """By kind: frameworks that ``fail`` to be installed on the base, and those that ``differ`` there.

    ``versions`` are of FastAPI, by side, where they are not new.
    """
    how: dict[str, set[str]] = {"fail": set(), "differ": {"fastapi"}, "versions": set()}

    def environments_of(
        cells: Iterable[Cell],
        _frameworks: object,
        *,
        overrides: tuple[str, ...],
        **_more: object,
    ) -> tuple[dict[str, Provisioned], tuple[Failure, ...]]:
        cells = tuple(cells)
        names = dict.fromkeys(cell.framework for cell in cells)
        failing = how["fail"] if overrides else set()
        side = SideName.BASE if overrides else SideName.HEAD
        versions = dict(text.split() for text in how["versions"])
        made = {
            name: replace(built, record=replace(built.record, versions={"fastapi": versions.get(side, "9")}))
            for name in names
            if name not in failing
            for built in [environment(name, side if name in how["differ"] else SideName.NONE)]
        }
        stacks = dict.fromkeys(cell.stack for cell in cells if cell.framework in failing)
        error = ProvisionError("no versions fit together", remedy="loosen it")
        return made, tuple(error.failure(stack) for stack in stacks)

    monkeypatch.setattr(runners.experiments.pairs.provisioning, "environments_of", environments_of)
    return how


@pytest.mark.usefixtures("built")
def test_what_is_the_same_on_both_sides_is_left_out_and_named() -> None:
    said = Heard()
    found = prepare_pairings(OPTIONS, side_parts(), CHOSEN, said)
    assert {pairing.head.framework for pairing in found.plan.pairings} == {"fastapi"}
    assert {absent.cell.framework for absent in found.plan.not_applicable} == {"asgi", "flask"}
    assert "asgi, flask: the same on both sides, not measured" in said.said
    assert found.plan.cells == tuple(pairing.head for pairing in found.plan.pairings)


@pytest.mark.parametrize(("base", "head"), [("1.9", "2.0"), ("2.0", "1.9"), ("1.9", "1.9")])
def test_what_the_base_could_not_do_yet_is_not_applicable_and_what_the_head_lost_fails(
    base: str, head: str, built: dict[str, set[str]]
) -> None:
    needing = replace(PARTS.frameworks["fastapi"], needs={"json": "fastapi>=2"})
    parts = replace(PARTS, frameworks={**PARTS.frameworks, "fastapi": needing})
    sides = {side: replace(found, parts=parts) for side, found in side_parts().items()}
    built["versions"] = {f"{SideName.BASE} {base}", f"{SideName.HEAD} {head}"}
    found = prepare_pairings(OPTIONS, sides, CHOSEN, Watcher())
    of_json = {
        pairing.head
        for pairing in CHOSEN
        if (pairing.head.framework, pairing.head.scenario) == ("fastapi", "json")
    }
    assert of_json
    assert not of_json & {pairing.head for pairing in found.plan.pairings}
    absent = {lack.cell: lack.reason for lack in found.plan.not_applicable if lack.cell in of_json}
    if base == "1.9":
        assert absent.keys() == of_json
        assert set(absent.values()) == {"not applicable to the base: json needs fastapi>=2, and there is 1.9"}
        assert not found.failures
    else:
        assert not absent
        assert {failure.cell for failure in found.failures} == of_json
        assert {failure.message for failure in found.failures} == {
            "head: json needs fastapi>=2, and there is 1.9"
        }


def test_where_everything_is_the_same_it_is_measured_and_called_noise(built: dict[str, set[str]]) -> None:
    built["differ"].clear()
    said = Heard()
    found = prepare_pairings(OPTIONS, side_parts(), CHOSEN, said)
    assert found.plan.pairings == CHOSEN
    assert any("noise (A/A)" in line for line in said.said)


def test_a_base_that_cannot_be_installed_is_a_failure_of_each_of_its_cells(
    built: dict[str, set[str]],
) -> None:
    built["fail"].add("fastapi")
    found = prepare_pairings(OPTIONS, side_parts(), CHOSEN, Watcher())
    assert {failure.side for failure in found.failures} == {SideName.BASE}
    assert {failure.cell for failure in found.failures} == {
        pairing.base for pairing in CHOSEN if pairing.base.framework == "fastapi"
    }
    assert all(failure.message == "base: no versions fit together" for failure in found.failures)
    assert all(failure.remedy == "loosen it" for failure in found.failures)
    assert "fastapi" in {pairing.head.framework for pairing in found.plan.pairings}
    assert "fastapi" not in {pairing.head.framework for pairing in found.loads()}


def test_where_no_base_can_be_installed_nothing_is_compared(built: dict[str, set[str]]) -> None:
    built["fail"] |= set(PARTS.frameworks)
    with pytest.raises(ProvisionError, match="nothing can be compared: base: no versions fit"):
        prepare_pairings(OPTIONS, side_parts(), CHOSEN, Watcher())
    judged = prepare_pairings(OPTIONS, side_parts(), CHOSEN, Watcher(), must=False)
    assert judged.plan.pairings == CHOSEN
    assert not judged.loads()
    assert not judged.launch_pairs()


@pytest.mark.usefixtures("built")
def test_the_plan_holds_both_sides_and_the_order_of_every_launch() -> None:
    plan = prepare_pairings(OPTIONS, side_parts(), CHOSEN, Watcher()).plan
    assert plan.kind == PlanKind.COMPARE
    assert [side.name for side in plan.sides] == [SideName.BASE, SideName.HEAD]
    assert {each.side for each in plan.environment.frameworks if each.framework == "fastapi"} == {
        SideName.BASE,
        SideName.HEAD,
    }
    assert len(plan.order) == plan.setup.blocks == 4
    assert {name.partition("/")[0] for name in plan.order[0]} == {SideName.BASE, SideName.HEAD}


def test_a_cell_that_the_head_lost_is_a_failure() -> None:
    (failure,) = missing(MatchedCells(pairings=(), base_only=(CHOSEN[0].base,), head_only=(CHOSEN[1].head,)))
    assert (failure.side, failure.cell) == (SideName.HEAD, CHOSEN[0].base)
    assert CHOSEN[0].base.slug in failure.message
    assert failure.remedy


def test_frameworks_without_a_server_in_common_are_wrong_use() -> None:
    found = side_parts()
    sides = {
        SideName.BASE: replace(found[SideName.BASE], options=SideOptions(framework="flask")),
        SideName.HEAD: replace(found[SideName.HEAD], options=SideOptions(framework="fastapi")),
    }
    options = replace(
        OPTIONS, sides=SidesOptions(base=sides[SideName.BASE].options, head=sides[SideName.HEAD].options)
    )
    with pytest.raises(PlanError, match="no cell of the base has its like"):
        match_selection(options, sides)
    with pytest.raises(PlanError, match="nothing tells"):
        prepare(replace(OPTIONS, sides=SidesOptions()), Watcher())


@pytest.mark.parametrize("old", [SideName.BASE, SideName.HEAD])
def test_a_server_that_is_too_old_is_refused_before_either_side_is_built(
    old: SideName, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_arguments: object, **_options: object) -> None:
        raise AssertionError("an environment was built")

    monkeypatch.setattr(runners.experiments.pairs.provisioning, "environments_of", never)
    too_old = SideOptions(overrides=("gunicorn==19.9.0",))
    sides = side_parts() | {old: replace(side_parts()[old], options=too_old)}
    with pytest.raises(PlanError, match=f"^{old}: gunicorn 19.9.0 is older than hotlap can start"):
        prepare_pairings(OPTIONS, sides, CHOSEN, Watcher())


@pytest.mark.servers
@pytest.mark.parametrize(
    ("older", "servers", "differences", "lacking"),
    [
        (
            "gunicorn==23.0.0",
            {"gunicorn-uvicorn", "gunicorn-asgi"},
            ("gunicorn 23.0.0 is too old for `--no-control-socket` (gunicorn>=25.1): left out",),
            {"gunicorn-asgi"},
        ),
        ("uvicorn==0.34.0", {"uvicorn-standard", "uvicorn-as-shipped"}, (LEGACY_WEBSOCKETS,), set()),
    ],
)
def test_an_older_server_is_held_against_the_locked_one(
    older: str, servers: set[str], differences: tuple[str, ...], lacking: set[str]
) -> None:
    package, _, version = older.partition("==")
    options = PairOptions(
        sides=SidesOptions(base=SideOptions(overrides=(older,)), head=SideOptions(overrides=(package,))),
        selection=Selection(frameworks=("asgi",), servers=tuple(servers), scenarios=("json",)),
        pairs=1,
        seed=1,
    )
    found = prepare(options, Watcher())
    records = {record.side: record for record in found.plan.environment.frameworks}
    assert records[SideName.BASE].versions[package] == version
    assert records[SideName.BASE].server_differences == differences
    assert not records[SideName.HEAD].server_differences
    assert {pairing.head.server for pairing in found.loads()} == servers - lacking
    assert {lack.cell.server for lack in found.plan.not_applicable} == lacking
    assert not found.failures
