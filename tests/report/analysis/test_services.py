from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.flags import flag_trial
from report.analysis.services import in_words, service_busy, service_uses
from report.analysis.validity import foreign_ticks
from tests.support.good_trial import GOOD

SECOND_NS = 1_000_000_000
BUSY = replace(GOOD, window_s=1.0, requests=1000, service_cpu_ns={"database": 810_000_000})


def names(cpu_ns: int, cpus: int) -> list[str]:
    trial = replace(BUSY, service_cpu_ns={"database": cpu_ns}, service_cpus={"database": cpus})
    return [flag.name for flag in flag_trial(trial)]


def test_a_service_is_as_busy_as_its_cpus_were() -> None:
    assert service_busy(BUSY) == {"database": pytest.approx(0.81)}
    assert service_busy(replace(BUSY, service_cpus={"database": 2})) == {"database": pytest.approx(0.405)}
    assert service_busy(GOOD) == {}


def test_beyond_four_fifths_the_database_was_measured() -> None:
    assert "database-measured" in names(810_000_000, 1)
    assert "database-measured" not in names(790_000_000, 1)
    assert "database-measured" not in names(810_000_000, 2)


def test_its_cpu_is_nobody_elses_work() -> None:
    without = replace(BUSY, busy_ticks=150, service_cpu_ns={})
    foreign, ours = foreign_ticks(without), foreign_ticks(replace(BUSY, busy_ticks=150))
    assert foreign is not None
    assert ours is not None
    assert foreign - ours == pytest.approx(min(foreign, 81))


def test_what_a_cell_took_is_a_median_over_its_trials() -> None:
    others = [replace(BUSY, service_cpu_ns={"database": share * SECOND_NS // 100}) for share in (20, 40, 90)]
    (use,) = service_uses(others)
    assert (use.name, use.busy, use.cpu_us_per_request) == ("database", 0.4, 400.0)
    idle = [replace(BUSY, service_cpu_ns={"database": 5_000_000})]
    assert service_uses(idle) == ()
    assert service_uses([GOOD]) == ()


def test_a_scenario_has_one_sentence_of_each_service() -> None:
    uses = [service_uses([replace(BUSY, service_cpu_ns={"database": ns})])[0] for ns in (10**8, 3 * 10**8)]
    assert in_words({"db-read": uses, "db-many": uses[:1]}) == [
        "db-read: the database was busy for 10% to 30% of the time of its CPUs.",
        "db-many: the database was busy for 10% of the time of its CPUs.",
    ]
