from __future__ import annotations

from dataclasses import replace

import pytest

from runners.errors import PlanError
from runners.selection.discovery import discover
from runners.selection.frameworks import discover as discover_frameworks
from runners.selection.matrix import Selection, choose, control_of, expand, stacks
from tests.support.small_matrix import framework, parts, scenario, variant


def test_interfaces_decide_which_stacks_exist() -> None:
    found = {(stack.framework.name, stack.variant.name) for stack in stacks(Selection(), parts())}
    assert found == {
        ("asgi", "uvicorn-standard"),
        ("asgi", "granian-asgi"),
        ("fastapi", "uvicorn-standard"),
        ("fastapi", "granian-asgi"),
        ("flask", "gunicorn-gthread"),
    }


def test_a_variant_outside_the_default_is_there_when_named() -> None:
    (stack,) = stacks(Selection(servers=("gunicorn-as-shipped",)), parts())
    assert stack.variant.name == "gunicorn-as-shipped"


def test_what_a_stack_lacks_by_design_is_not_applicable_and_what_is_to_come_not_implemented() -> None:
    matrix = expand(Selection(servers=("uvicorn-standard", "gunicorn-gthread")), parts())
    absent = {(entry.cell.framework, entry.cell.scenario): entry.reason for entry in matrix.not_applicable}
    assert absent["asgi", "json"] == "a floor"
    assert absent["flask", "chat"] == "gunicorn-gthread has no websocket"
    missing = {(entry.cell.framework, entry.cell.scenario) for entry in matrix.not_implemented}
    assert missing == {("flask", "json"), ("flask", "routing-first"), ("fastapi", "routing-first")}


def test_what_is_asked_beside_a_load_must_be_implemented_too() -> None:
    known = parts()
    busy = scenario("busy", group="plaintext", beside_group="json")
    known = replace(known, scenarios={"busy": busy})
    matrix = expand(Selection(servers=("uvicorn-standard", "gunicorn-gthread")), known)
    assert {cell.framework for cell in matrix.cells} == {"fastapi"}
    assert [entry.reason for entry in matrix.not_implemented] == ["flask_app.py does not implement json"]


def test_what_only_one_interface_is_asked_says_so_and_a_framework_has_its_own_reason() -> None:
    known = parts()
    plain = scenario("plain", needs="asgi")
    flask = replace(known.frameworks["flask"], not_applicable={"chat": "it cannot", "plaintext": "nor this"})
    known = replace(
        known,
        frameworks={**known.frameworks, "flask": flask},
        scenarios={**known.scenarios, "plain": plain, "chat": scenario("chat", needs="websocket")},
    )
    matrix = expand(Selection(servers=("uvicorn-standard", "gunicorn-gthread")), known)
    absent = {(entry.cell.framework, entry.cell.scenario): entry.reason for entry in matrix.not_applicable}
    assert absent["flask", "plain"] == "it is asked of ASGI alone, and gunicorn-gthread speaks WSGI"
    assert absent["flask", "chat"] == "it cannot"


def test_a_scenario_brings_its_own_connections_unless_some_are_asked_for() -> None:
    own = expand(Selection(frameworks=("fastapi",), scenarios=("json",), servers=("granian-asgi",)), parts())
    assert [cell.connections for cell in own.cells] == [100, 500]
    asked = expand(Selection(frameworks=("fastapi",), scenarios=("json",), connections=(8,)), parts())
    assert {cell.connections for cell in asked.cells} == {8}


@pytest.mark.parametrize(
    ("selection", "nearest"),
    [
        (Selection(frameworks=("fastapy",)), "nearest: fastapi"),
        (Selection(servers=("uvicorn-standart",)), "nearest: uvicorn-standard"),
        (Selection(scenarios=("jason",)), "nearest: json"),
    ],
)
def test_an_unknown_name_names_the_nearest(selection: Selection, nearest: str) -> None:
    with pytest.raises(PlanError, match=nearest):
        expand(selection, parts())


def test_an_impossible_stack_says_why() -> None:
    with pytest.raises(PlanError, match="flask speaks wsgi, uvicorn-standard accepts asgi"):
        expand(Selection(frameworks=("flask",), servers=("uvicorn-standard",)), parts())


def test_connections_that_are_closed_make_other_cells() -> None:
    kept, closed = (
        expand(Selection(frameworks=("fastapi",), scenarios=("json",), reuse=reuse), parts()).cells
        for reuse in (None, 1)
    )
    assert {cell.reuse for cell in closed} == {1}
    assert [cell.slug for cell in closed] == [cell.slug.replace("--w1", "-reuse1--w1") for cell in kept]


def test_a_selection_of_nothing_but_absences_is_refused_with_the_reason() -> None:
    with pytest.raises(PlanError, match="a floor"):
        expand(Selection(frameworks=("asgi",), scenarios=("json",)), parts())


def test_globs_keep_the_order_of_the_catalogue() -> None:
    assert choose(("z*", "a*"), {"alpha": 1, "beta": 2, "zeta": 3}, "thing") == ("alpha", "zeta")


def test_the_control_is_a_stack_that_is_no_floor() -> None:
    known = parts()
    cells = expand(Selection(), known).cells
    control = control_of(cells, known)
    assert {cell.stack for cell in control} == {"fastapi--uvicorn-standard--control"}
    assert not {cell.slug for cell in control} & {cell.slug for cell in cells}


def test_the_quick_matrix_is_the_published_one() -> None:
    matrix = expand(Selection(quick=True), discover())
    assert len({cell.stack for cell in matrix.cells}) == 11
    assert {cell.scenario for cell in matrix.cells} == {"plaintext", "json", "orders"}
    assert len(matrix.cells) == 32
    assert not matrix.not_implemented


def test_quick_servers_are_those_that_the_framework_names_or_the_usual_ones() -> None:
    known = parts()
    quick = {
        "fastapi": framework("fastapi", "asgi", quick=("granian-asgi",)),
        "flask": framework("flask", "wsgi"),
    }
    servers = {**known.servers, "usual": variant("usual", "wsgi", quick=True)}
    scenarios = {**known.scenarios, "toy": scenario("toy", group="json", quick=True)}
    changed = replace(known, frameworks=quick, servers=servers, scenarios=scenarios)
    assert {(cell.stack, cell.scenario) for cell in expand(Selection(quick=True), changed).cells} == {
        ("fastapi--granian-asgi", "toy")
    }
    asked = expand(Selection(quick=True, frameworks=("flask",)), changed)
    assert {cell.stack for cell in asked.cells} == {"flask--usual"}


def test_a_quick_server_that_is_none_names_the_file() -> None:
    known = parts()
    wrong = {"fastapi": framework("fastapi", "asgi", quick=("granian",))}
    complaint = r"^fastapi_app\.py, quick: unknown server 'granian'; nearest: granian-asgi"
    with pytest.raises(PlanError, match=complaint):
        expand(Selection(quick=True), replace(known, frameworks=wrong))


def test_the_whole_matrix_has_every_stack() -> None:
    matrix = expand(Selection(), discover())
    assert len({cell.stack for cell in matrix.cells}) >= 36
    assert not matrix.not_implemented
    assert {"asgi", "wsgi", "rsgi"} <= {cell.interface for cell in matrix.cells}
    assert len({cell.slug for cell in matrix.cells}) == len(matrix.cells)


def test_every_framework_of_the_quick_matrix_exists() -> None:
    assert {"starlette", "fastapi", "litestar", "flask", "django", "asgi"} <= discover_frameworks().keys()


def test_interpreters_multiply_the_matrix_and_stand_in_its_slugs() -> None:
    plain = expand(Selection(), parts())
    both = expand(Selection(pythons=("3.12", "3.13")), parts())
    assert [replace(cell, python="") for cell in both.cells] == [*plain.cells, *plain.cells]
    assert len({cell.slug for cell in both.cells}) == 2 * len(plain.cells)
    assert len(both.not_applicable) == 2 * len(plain.not_applicable)
    assert {cell.python for cell in control_of(both.cells, parts())} == {"3.12"}


def test_what_hotlap_starts_itself_is_lacking_nowhere() -> None:
    known = parts()
    known = replace(known, scenarios={"rows": scenario("rows", needs="database", group="plaintext")})
    matrix = expand(Selection(frameworks=("fastapi", "flask")), known)
    assert {cell.framework for cell in matrix.cells} == {"fastapi", "flask"}


def test_what_is_no_default_is_there_when_it_is_named() -> None:
    known = parts()
    extra = framework("extra", "asgi", implements=("price",), default=False, not_applicable={"*": "none"})
    price = scenario("price", group=None, target="price", default=False)
    known = replace(
        known,
        frameworks={**known.frameworks, "extra": extra},
        scenarios={**known.scenarios, "price": price},
    )
    assert expand(Selection(), known) == expand(Selection(), parts())
    server = ("uvicorn-standard",)
    matrix = expand(Selection(frameworks=("extra",), scenarios=("price",), servers=server), known)
    assert [(cell.framework, cell.scenario) for cell in matrix.cells] == [("extra", "price")]
    both = expand(Selection(frameworks=("extra", "fastapi"), scenarios=("price",), servers=server), known)
    (lacking,) = both.not_applicable
    assert (lacking.cell.framework, both.not_implemented) == ("fastapi", ())
    assert "apps that are made for it" in lacking.reason


def test_a_glob_takes_what_is_no_default_only_where_it_matches_nothing_else() -> None:
    known = parts()
    extra = framework("fastapi-extra", "asgi", default=False)
    known = replace(known, frameworks={**known.frameworks, "fastapi-extra": extra})
    for globs, wanted in {
        ("f*",): {"fastapi", "flask"},
        ("*-extra",): {"fastapi-extra"},
        ("f*", "fastapi-extra"): {"fastapi", "flask", "fastapi-extra"},
        ("fastapi", "*-extra"): {"fastapi", "fastapi-extra"},
    }.items():
        assert {stack.framework.name for stack in stacks(Selection(frameworks=globs), known)} == wanted
