from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runners.errors import PlanError
from runners.selection import frameworks
from runners.selection.discovery import discover
from runners.selection.matrix import family
from scenarios import catalogue
from tests.support import local_index

if TYPE_CHECKING:
    from pathlib import Path

FAMILIES = {*map(family, catalogue.discover().values()), "lifespan", "*"}


@pytest.fixture(name="apps")
def _apps(tmp_path: Path) -> Path:
    local_index.app(tmp_path, "frame", "frame>=1")
    local_index.app(tmp_path, "frame_with_models", "frame")
    (tmp_path / "shared.py").write_text("no block, no app", encoding="utf-8")
    return tmp_path


def test_every_app_file_is_one_framework_by_name_and_none_is_imported(apps: Path) -> None:
    found = frameworks.discover(apps)
    assert list(found) == ["frame", "frame-with-models"]
    frame = found["frame-with-models"]
    assert frame.module == "apps.frame_with_models_app"
    assert frame.lock == apps / "locks" / "frame-with-models.txt"
    assert found["frame"].dependencies == ("frame>=1",)
    assert found["frame"].targets == {"asgi": {"default": "app"}}
    assert not found["frame"].floor


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("# /// script", "# /// scripts", "no PEP 723 block"),
        ('requires-python = ">=3.11"', "requires-python = 3..", "not TOML"),
        ('requires-python = ">=3.11"', 'requires-python = "three"', "requires-python"),
        ('dependencies = ["frame>=1"]', 'dependencies = ["frame>>1"]', "dependency 'frame>>1'"),
        ('dependencies = ["frame>=1"]', 'dependencies = "frame"', "dependencies must be a list"),
        ('# [tool.hotlap.targets.asgi]\n# default = "app"\n', "", r"\[targets\] is missing"),
        ('title = "frame"', "title = 1", "title must be a string"),
        ('serialiser = "none"', 'serializer = "none"', "unknown keys in .*: serializer"),
        ("[tool.hotlap.targets.asgi]", "[tool.hotlap.targets.cgi]", "interfaces other than asgi, .*: cgi"),
        ('default = "app"', 'routing = "app"', "no default target for: asgi"),
        ('default = "app"', 'default = "make()"', r"targets that are no names: make\(\)"),
        ('default = "app"', "default = 1", r"\[tool.hotlap.targets.asgi\] must map"),
        ('implements = ["json"]', "implements = [1]", "implements must be a list"),
        ('serialiser = "none"', 'quick = "fast"', "quick must be a list"),
        ('serialiser = "none"', "built-on = 1", "built-on must be a string"),
        (
            "# [tool.hotlap.targets",
            '# [tool.hotlap.not-applicable]\n# json = "no"\n# [tool.hotlap.targets',
            "both implemented and not applicable: json",
        ),
        (
            "# [tool.hotlap.targets",
            '# [tool.hotlap.needs]\n# form = "frame>=2"\n# [tool.hotlap.targets',
            "needs of what is not implemented: form",
        ),
        (
            "# [tool.hotlap.targets",
            '# [tool.hotlap.needs]\n# json = "frame>>2"\n# [tool.hotlap.targets',
            "needs 'frame>>2'",
        ),
        (
            "# [tool.hotlap.targets",
            "# [tool.hotlap.expected-rps]\n# form = 20\n# [tool.hotlap.targets",
            "rates of what is not implemented: form",
        ),
        (
            "# [tool.hotlap.targets",
            "# [tool.hotlap.expected-rps]\n# json = 0\n# [tool.hotlap.targets",
            "rates that are not above 0: json",
        ),
        (
            "# [tool.hotlap.targets",
            '# [tool.hotlap.expected-rps]\n# json = "many"\n# [tool.hotlap.targets',
            "must map families to numbers",
        ),
    ],
)
def test_a_wrong_block_names_file_and_fault(apps: Path, old: str, new: str, complaint: str) -> None:
    file = apps / "frame_app.py"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError, match=rf"(?s)^frame_app\.py.*{complaint}") as caught:
        frameworks.discover(apps)
    assert caught.value.remedy


def test_two_blocks_are_refused(apps: Path) -> None:
    file = apps / "frame_app.py"
    file.write_text(file.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(PlanError, match="has 2 PEP 723 blocks"):
        frameworks.discover(apps)


def test_two_files_with_one_name_are_both_named(apps: Path) -> None:
    (apps / "frame-with-models_app.py").write_text(
        (apps / "frame_with_models_app.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    complaint = r"^frame-with-models_app\.py and frame_with_models_app\.py both declare a framework"
    with pytest.raises(PlanError, match=complaint) as caught:
        frameworks.discover(apps)
    assert "Rename" in caught.value.remedy


def test_what_a_file_declares_beside_its_app_is_read(apps: Path) -> None:
    file = apps / "frame_app.py"
    keys = """# built-on = "base"
# quick = ["fast"]
# sentinel = ["fast--json"]
# counted = ["fast--*"]
# implements"""
    table = '# default = "app"\n#\n# [tool.hotlap.boundaries]\n# routing = ["frame/routes.py::Router.find"]\n'
    table += "#\n# [tool.hotlap.expected-rps]\n# json = 250\n"
    text = file.read_text(encoding="utf-8")
    text = text.replace("# implements", keys).replace('# default = "app"\n', table)
    file.write_text(text, encoding="utf-8")
    frame = frameworks.read(file)
    assert frame.built_on == "base"
    assert frame.quick == ("fast",)
    assert frame.sentinel == ("fast--json",)
    assert frame.counted == ("fast--*",)
    assert frame.expected_rps == {"json": 250.0}
    assert frame.boundaries == {"routing": ("frame/routes.py::Router.find",)}


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no"):
        frameworks.discover(tmp_path)


def test_absence_tells_by_design_from_not_yet(apps: Path) -> None:
    file = apps / "frame_app.py"
    text = file.read_text(encoding="utf-8").replace(
        "# ///\n",
        '# [tool.hotlap.not-applicable]\n# form = "no forms"\n# "json on slow*" = "it hangs there"\n# ///\n',
        1,
    )
    file.write_text(text, encoding="utf-8")
    frame = frameworks.read(file)
    assert frame.absence("json") is None
    assert frame.absence("json", "fast") is None
    assert frame.absence("json", "slow-pure") == ("not-applicable", "it hangs there")
    assert frame.absence("form") == ("not-applicable", "no forms")
    assert frame.absence("auth") == ("not-implemented", "frame_app.py does not implement auth")
    file.write_text(text.replace("form =", '"*" ='), encoding="utf-8")
    assert frameworks.read(file).absence("auth") == ("not-applicable", "no forms")


def test_what_is_lacking_on_no_server_that_there_is_is_refused(apps: Path) -> None:
    file = apps / "frame_app.py"
    table = '# [tool.hotlap.not-applicable]\n# "json on {}" = "it hangs there"\n# ///\n'
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("# ///\n", table.format("granian-asgi*"), 1), encoding="utf-8")
    assert "frame" in discover(apps).frameworks
    file.write_text(before.replace("# ///\n", table.format("granain-*"), 1), encoding="utf-8")
    with pytest.raises(PlanError, match=r"frame_app\.py: something is not applicable on granain-\*"):
        discover(apps)


def test_what_a_scenario_needs_is_held_against_what_is_installed(apps: Path) -> None:
    file = apps / "frame_app.py"
    text = file.read_text(encoding="utf-8").replace(
        "# ///\n", '# [tool.hotlap.needs]\n# json = "Frame>=2"\n# ///\n', 1
    )
    file.write_text(text, encoding="utf-8")
    frame = frameworks.read(file)
    assert frame.unmet("json", {"frame": "1.9"}) == "json needs Frame>=2, and there is 1.9"
    assert frame.unmet("json", {}) == "json needs Frame>=2, and there is none"
    for new_enough in ("2.0", "3.0a1", "0123456789abcdef"):
        assert not frame.unmet("json", {"frame": new_enough})
    assert not frame.unmet("form", {})


@pytest.mark.parametrize("name", frameworks.discover())
def test_shipped_apps_speak_of_known_families_only(name: str) -> None:
    framework = frameworks.discover()[name]
    lacking = {key.partition(" on ")[0] for key in framework.not_applicable}
    assert framework.implements | lacking <= FAMILIES
    assert framework.title


@pytest.mark.parametrize("name", frameworks.discover())
def test_shipped_apps_stand_on_frameworks_that_there_are(name: str) -> None:
    known = frameworks.discover()
    assert known[name].built_on in {"", *known}
    assert known[name].built_on != name


def test_floors_and_litestar_with_pydantic_are_frameworks() -> None:
    found = frameworks.discover()
    assert {name for name, framework in found.items() if framework.floor} == {"asgi", "rsgi", "wsgi"}
    assert found["litestar-pydantic"].path.name == "litestar_pydantic_app.py"
