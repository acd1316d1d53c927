"""Sessions, and nothing but sessions: each installs with uv and calls the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import nox

nox.options.sessions = ["bench"]
nox.options.default_venv_backend = "virtualenv"
nox.needs_version = ">=2025.5"

FRAMEWORKS = sorted(
    path.name.removesuffix("_app.py").replace("_", "-") for path in Path("apps").glob("*_app.py")
)
PROJECT = nox.project.load_toml("pyproject.toml")
SHIPPED = nox.project.load_toml("runners/cli/suites.toml")
SUITES = {
    name: suite
    for source in (SHIPPED, PROJECT)
    for name, suite in source["tool"]["hotlap"].get("suites", {}).items()
}
"""Named sets of options of ``hotlap run``."""
LOCK = Path("requirements.txt")
"""Versions and hashes of all that hotlap and its dependency groups need, on any Python it supports."""
MOST_PROCESSES = 8
"""Of tests; each takes 300 MB, and the longest tests are not divided."""


def install(session: nox.Session, *groups: str) -> None:
    """Install hotlap, editable, and dependency groups of it as locked: uv first, then everything by uv."""
    install_uv(session)
    pip = ("uv", "pip", "install", "--quiet")
    wanted = ("--requirement", "pyproject.toml", *of_groups(groups))
    session.run(*pip, "--require-hashes", "--constraint", str(LOCK), *wanted, silent=True)
    session.run(*pip, "--no-deps", "--build-constraint", str(LOCK), "--editable", ".", silent=True)


def install_uv(session: nox.Session) -> None:
    """Install uv as locked, from lines of its own: only the newest pip finds hashes in a constraint."""
    (entry,) = re.findall(r"^uv==(?:.*\\\n)+.*\n", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    alone = Path(session.virtualenv.location, "uv.txt")
    alone.write_text(entry, encoding="utf-8")
    session.install("--require-hashes", "--requirement", str(alone))


def of_groups(groups: Iterable[str]) -> list[str]:
    """Arguments by which uv takes dependency groups."""
    return [part for group in groups for part in ("--group", group)]


@nox.session
def bench(session: nox.Session) -> None:
    """The main job: the quick matrix of all frameworks, then the report, whose path it prints."""
    install(session)
    session.run("hotlap", "run", "--quick", "--report", *session.posargs)


@nox.session
def hotlap(session: nox.Session) -> None:
    """Any command of hotlap: `nox -s hotlap -- list --json`."""
    install(session)
    session.run("hotlap", *session.posargs)


def _framework_session(name: str) -> None:
    def run(session: nox.Session) -> None:
        install(session)
        session.run("hotlap", "run", "--quick", "--framework", name, "--report", *session.posargs)

    run.__doc__ = f"The quick matrix of {name} alone, then the report."
    nox.session(name=name)(run)


for _name in FRAMEWORKS:
    _framework_session(_name)


def _suite_session(name: str, about: str) -> None:
    def run(session: nox.Session) -> None:
        install(session)
        session.run("hotlap", "run", "--suite", name, "--report", *session.posargs)

    run.__doc__ = f"The suite {name} ({about}), then the report."
    nox.session(name=name)(run)


for _name, _suite in SUITES.items():
    _suite_session(_name, _suite.get("about", ""))


@nox.session
def report(session: nox.Session) -> None:
    """The static site of recorded runs: `nox -s report -- RUN...`, the latest run unless named."""
    install(session)
    session.run("hotlap", "report", *(session.posargs or ["latest"]))


@nox.session
def publish(session: nox.Session) -> None:
    """Add runs to the site that a branch holds: `nox -s publish -- runs --remote URL --out site`."""
    install(session)
    session.run("python", ".github/publish.py", *session.posargs)


@nox.session
def cost(session: nox.Session) -> None:
    """Instructions per request of the quick matrix, with and without servers; needs valgrind."""
    install(session)
    session.run("hotlap", "cost", *(session.posargs or ["--quick"]))


@nox.session
def calibrate(session: nox.Session) -> None:
    """What this machine and the load generator can do, beside wrk and stock Locust."""
    install(session)
    session.run("hotlap", "calibrate", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """What hotlap promises of itself, measured: help, set-up, pages, cost, runs, memory, history, load."""
    install(session, "tests")
    for name in (
        *("help_time", "harness", "first_paint", "cost"),
        *("relay_quick", "relay_memory", "site_history", "change_points", "history"),
    ):
        session.run("python", "-m", f"tests.benchmarks.{name}", success_codes=[0, 1])
    session.run("hotlap", "calibrate")


@nox.session
def gate(session: nox.Session) -> None:
    """Judge this working tree against where it left main: `nox -s gate -- --no-load` only counts."""
    install(session)
    session.run("hotlap", "gate", *session.posargs)


@nox.session(name="gate-calibration")
def gate_calibration(session: nox.Session) -> None:
    """What the gate promises, tried for real beside its bars, for hours; `-- --part load-aa --tries 5`."""
    install(session, "tests")
    session.run("python", "-m", "tests.benchmarks.gate_calibration", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, a process on each CPU, with branch coverage; `-- tests/report` runs a part, without it."""
    install(session, "tests")
    processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    spread = (f"--numprocesses={processes}", "--dist=worksteal", "--durations=20")
    coverage = ("--cov", "--cov-report=term-missing:skip-covered", "--cov-fail-under=90")
    session.run("pytest", *spread, *(session.posargs or coverage))


@nox.session
def mutation(session: nox.Session) -> None:
    """Every automatic mutant of two apps, for minutes; `-- --sample 10` tries every tenth."""
    install(session, "tests")
    session.run("python", "-m", "tests.mutation", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, names, the import contract and the workflows."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", ".ci/check_names.py")
    session.run("lint-imports")
    session.run("actionlint")
    session.run("zizmor", "--offline", "--quiet", ".github/workflows")


@nox.session
def typecheck(session: nox.Session) -> None:
    """The types, strictly."""
    install(session, "types")
    session.run("mypy")


@nox.session
def reference(session: nox.Session) -> None:
    """Write what of docs/reference/ is made from the code; a test says when that is to be done."""
    install(session, "tests")
    session.run("python", "-m", "tests.reference")


@nox.session
def pictures(session: nox.Session) -> None:
    """Refresh pictures and outputs of the documents; `-- --measure` runs the commands of the tutorial too."""
    install(session, "tests")
    session.run("python", "-m", "tests.pictures", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Refresh the locks of hotlap and of the frameworks: `nox -s lock -- --upgrade` takes the newest."""
    install_uv(session)
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    session.run(
        *("uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--generate-hashes"),
        *("--universal", "--python-version", oldest, "--output-file", str(LOCK)),
        *("pyproject.toml", *of_groups(PROJECT["dependency-groups"])),
        *(["--upgrade"] * ("--upgrade" in session.posargs)),
        silent=True,
    )
    install(session)
    session.run("hotlap", "lock", *session.posargs)
