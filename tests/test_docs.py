"""What the documents tell people to type works as written."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest
import typer

from results.store import read
from runners.cli import app, main
from runners.cli.app import COMMANDS as COMMANDS_OF_HOTLAP
from runners.cli.settings import GATE_SETTINGS, SETTINGS, defaults, gate_defaults
from runners.cli.suites import known
from runners.experiments.pairs.revision import WORKTREE, Source
from runners.selection.frameworks import APPS
from tests.pictures.outputs import TUTORIAL, shell_commands
from tests.support.paths import ROOT
from tests.support.records import RECORDS

COMMANDS_BY_NAME = typer.main.get_command(app).commands  # type: ignore[attr-defined] # of a group
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINK = r"\]\((?!https?:)([^)#]*)#?([^)]*)\)"
COMMANDS = [*shell_commands(ROOT / "README.md"), *shell_commands(TUTORIAL)]


def call(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.servers
def test_the_commands_of_readme_and_tutorial_work_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) >= 5
    for line in COMMANDS:
        assert call(monkeypatch, line) == 0, line
    (folder,) = (tmp_path / "results").iterdir()
    assert len(read(folder).blocks) == 2
    assert (folder / "report" / "index.html").is_file()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = next(line for block in BLOCKS for line in block.splitlines() if line.endswith("nox -s tests"))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    plain = command.replace("pip install nox", "pip install --quiet nox")
    assert plain in script


def test_every_command_and_session_that_the_readme_names_exists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in set(re.findall(r"`hotlap (\w+)", README)) - {"COMMAND"}:
        assert call(monkeypatch, f"hotlap {name} --help") == 0, name
    sessions = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    frameworks = {path.name.removesuffix("_app.py") for path in (ROOT / "apps").glob("*_app.py")}
    for name in re.findall(r"nox -s ([a-z-]+)", README):
        assert f"def {name}(" in sessions or name in frameworks | known(ROOT).keys(), name


def test_the_documented_configuration_is_accepted_whole(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    assert defaults(tmp_path).keys() == SETTINGS.keys()
    assert gate_defaults(tmp_path).keys() == {key.replace("-", "_") for key in GATE_SETTINGS}
    assert known(tmp_path)["mine"].options["blocks"] == 16
    assert tomllib.loads(example)["tool"]["hotlap"]


PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")})


def documented_commands(*, but: str = "") -> list[str]:
    """Every command with options that a document (``but`` one) shows within a line or a block."""
    lines: list[str] = []
    for path in PAGES:
        if path.name != but:
            text = path.read_text(encoding="utf-8").replace("\\\n", " ")
            lines += re.findall(r"`(hotlap [a-z]+ [^`\n]*)`", text)
            lines += re.findall(r"^ *(hotlap [a-z]+(?: .*)?)$", text, re.MULTILINE)
    return sorted({line.partition("||")[0].rstrip() for line in lines})


@pytest.mark.parametrize("line", documented_commands())
def test_every_documented_command_has_the_options_that_it_is_shown_with(line: str) -> None:
    _, name, *arguments = shlex.split(line, comments=True)
    parameters = COMMANDS_BY_NAME[name].params
    known = {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}
    shown = {word for word in arguments if word.startswith("-")}
    assert shown <= known | {"--help"}


class PlannedError(BaseException):
    """A command came to where it would build, start or measure something."""


STANDS_FOR = {
    "BASE": str(RECORDS / "run"),
    "HEAD": str(RECORDS / "run-b"),
    "RUN...": "latest",
    "COSTRUN": str(RECORDS / "cost"),
    "DIR": "apps",
    "<name>": "starlette",
    "LIMIT": "p99=50ms",
    "P": "2",
    "N": "100",
    "FILE": "file",
    "results/reference": str(RECORDS / "run"),
    "toy": "starlette",
    "toy-uvicorn": "uvicorn-standard",
}
"""What a document writes where a reader puts something of their own."""
FRAGMENTS = {"hotlap run --join"}
"""Shown for an option, without its value."""
REFUSED = {"hotlap list --framework nosuch"}
"""Shown as wrong use."""


def arguments_of(line: str) -> list[str]:
    """What is typed behind ``hotlap``, with names in the place of what stands for them."""
    _, *words = shlex.split(line, comments=True)
    run = str(RECORDS / "gate") if words[0] in {"gate", "compare"} else "latest"
    typed = [{**STANDS_FOR, "RUN": run}.get(word, word) for word in words]
    at = typed.index("--scenario") + 1 if "--scenario" in typed else 0
    return [*typed[:at], "json", *typed[at + 1 :]] if at and words[at] == "toy" else typed


@pytest.fixture(name="until_planned")
def _until_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with apps and a recorded run, where no command goes further than its plan."""

    def planned(*_arguments: object, **_options: object) -> NoReturn:
        raise PlannedError

    for place in (
        "runners.environments.lock.lock",
        "runners.experiments.provisioning.provision",
        "runners.experiments.provisioning.provision_all",
        "runners.experiments.run.begin_record",
        "runners.experiments.calibration.calibrate.calibrate_fully",
        "runners.experiments.calibration.calibrate.calibrate_quickly",
        "runners.generator.starting.become_worker",
    ):
        monkeypatch.setattr(place, planned)
    monkeypatch.setattr("runners.experiments.counting.counter.find_counter", lambda *_: None)
    monkeypatch.setattr("runners.experiments.counting.sampler.find", lambda: None)
    monkeypatch.setattr("runners.experiments.pairs.revision.merge_base", lambda: WORKTREE)
    monkeypatch.setattr("runners.experiments.pairs.sides.source_of", lambda *_, **__: Source(apps=APPS))
    monkeypatch.setattr("runners.experiments.pairs.provisioning.choose", planned)
    monkeypatch.setattr("runners.environments.yardstick._loop_ms", lambda _path: 5.0)
    monkeypatch.setattr("runners.experiments.pairs.provisioning.parse", planned)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(RECORDS / "run", tmp_path / "results" / "20260101-000000")
    for name in ("apps", "my-apps"):
        (tmp_path / name).symlink_to(APPS)


@pytest.mark.usefixtures("until_planned")
@pytest.mark.parametrize(
    "line", [line for line in documented_commands(but="CHANGELOG.md") if line not in FRAGMENTS]
)
def test_every_documented_command_is_understood_and_runs_until_it_would_measure(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["hotlap", *arguments_of(line)])
    with pytest.raises((PlannedError, SystemExit)) as ended:
        main()
    code = ended.value.code if isinstance(ended.value, SystemExit) else 0
    assert code in ({2} if line in REFUSED else {0, 1, 3})


def test_every_command_has_a_question_that_it_answers() -> None:
    text = (ROOT / "docs" / "which-command.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`hotlap ([a-z]+)", text))
    assert {name for name, *_ in COMMANDS_OF_HOTLAP} - named == {"worker", "lock"}  # for those who know them


def test_links_between_documents_lead_somewhere() -> None:
    for path in PAGES:
        for target, anchor in re.findall(LINK, path.read_text(encoding="utf-8")):
            page = path.parent / target if target else path
            assert page.exists(), f"{path.name}: {target}"
            assert not anchor or anchor in anchors(page), f"{path.name}: {target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """What a link may name within a page: its headings, in small letters and without punctuation."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_index_leads_to_every_document() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs").rglob("*.md"):
        name = str(path.relative_to(ROOT / "docs"))
        assert name == "index.md" or name.startswith("adr/") or f"({name})" in index, name
