"""Bad servers beside good ones in one run of real processes: each is told, the rest goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

import runners.experiments.inspection
from report.analysis.validity import reconnecting
from results.model import Failure
from runners.cli.run import _conclude
from runners.verify.contract import Verified
from tests.support.fake_run import verifying_all
from tests.support.faulty_run import faulty_run
from tests.support.processes import processes_in

faults = pytest.mark.faults
GOOD = ("good", "as-good")
BAD = (
    "dies-at-import",
    "dies-at-bind",
    "dies-in-window",
    "dies-before-check",
    "dies-at-rest",
    "stops",
    "wrong-under-load",
    "fails-under-load",
    "drips",
    "resets",
    "never-closes",
    "refuses",
    "worker-dies",
    "meets-memory-cap",
)


class Told:
    """A run with all bad servers: its record, what it printed, its exit code, and what it left."""

    def __init__(self, folder: Path) -> None:
        self.run, self.said = faulty_run(folder, (*GOOD, *BAD))
        with pytest.raises(typer.Exit) as ended:
            _conclude(folder / self.run.plan.name, 0, report=False, as_json=False)
        self.code = ended.value.exit_code
        self.left = processes_in(folder)

    def failures(self, name: str) -> list[Failure]:
        return [failure for failure in self.run.failures if failure.stack == f"{name}--scripted"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    verified = Verified(differences=(), findings=(), canonical={})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runners.experiments.inspection, "verify_all", verifying_all(verified))
        return Told(tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize(
    ("name", "stage", "words"),
    [
        pytest.param("dies-at-import", "launch", "died at its start", marks=faults("dies-at-import")),
        pytest.param("dies-at-bind", "launch", "died at its start", marks=faults("dies-at-bind")),
        pytest.param("dies-in-window", "load", "the server is gone", marks=faults("dies-in-window")),
        pytest.param(
            "dies-before-check",
            "verify-after",
            "wrong after load: GET /json: no answer",
            marks=faults("dies-before-check"),
        ),
        pytest.param("dies-at-rest", "load", "the server is gone", marks=faults("dies-at-rest")),
        pytest.param("stops", "load", "had no answer", marks=faults("hangs")),
        pytest.param(
            "wrong-under-load",
            "verify-after",
            "Hello, Wrong!",
            marks=faults("wrong-under-load"),
        ),
        pytest.param(
            "fails-under-load",
            "verify-after",
            "wanted status 200, got 500",
            marks=faults("fails-under-load"),
        ),
        pytest.param("drips", "load", "had no answer", marks=faults("drips")),
        pytest.param("never-closes", "load", "had no answer", marks=faults("never-closes")),
        pytest.param("refuses", "load", "closed before an answer", marks=faults("refuses")),
        pytest.param("worker-dies", "load", "processes while it took turns", marks=faults("worker-dies")),
        pytest.param(
            "meets-memory-cap",
            "launch",
            "died under load (exit status 9)",
            marks=faults("memory-cap"),
        ),
    ],
)
def test_it_is_a_failure_that_names_the_cell_what_happened_and_what_to_do(
    told: Told, name: str, stage: str, words: str
) -> None:
    failures = told.failures(name)
    assert stage in {failure.stage for failure in failures}, told.said
    assert any(words in failure.message for failure in failures), told.said
    assert all(failure.remedy for failure in failures)
    assert f"FAILED {name}--scripted" in told.said


def test_a_server_that_died_under_load_is_told_how_and_with_its_last_words(told: Told) -> None:
    (died,) = [failure for failure in told.failures("dies-in-window") if failure.stage == "launch"]
    assert "died under load (exit status 7)" in died.message
    assert died.log_tail == "the last words of a server"
    assert any("MemoryError" in failure.log_tail for failure in told.failures("meets-memory-cap"))
    assert any("ImportError" in failure.log_tail for failure in told.failures("dies-at-import"))


def test_a_server_that_went_silent_is_not_called_slow(told: Told) -> None:
    for name in ("stops", "drips", "never-closes"):
        assert all("stopped answering" in failure.remedy for failure in told.failures(name)), told.said


@pytest.mark.faults("resets")
def test_connections_that_are_reset_between_answers_are_opened_again_and_flagged(told: Told) -> None:
    trials = [trial for trial in told.run.trials if trial.cell.framework == "resets"]
    assert trials
    assert all(trial.stale and reconnecting(trial) for trial in trials)
    assert not told.failures("resets")


def test_the_rest_goes_on_nothing_is_left_and_the_exit_code_is_3(
    told: Told,
) -> None:
    measured = sorted(trial.cell.slug for trial in told.run.trials if trial.cell.framework in GOOD)
    assert measured == sorted(cell.slug for cell in told.run.plan.cells if cell.framework in GOOD)
    assert [end.block for end in told.run.blocks] == [0]
    assert not told.left
    assert told.code == 3
