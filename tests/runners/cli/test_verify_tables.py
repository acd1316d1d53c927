from __future__ import annotations

from results.model import Finding
from runners.cli.verify_tables import as_text
from runners.experiments.inspection import Inspection
from runners.verify.work import STATEMENTS


def finding(framework: str, answer: str, probe: str = STATEMENTS) -> Finding:
    return Finding(framework=framework, server="s", scenario="db-write", probe=probe, answer=answer)


def test_statements_stand_side_by_side() -> None:
    same = "BEGIN; UPDATE t SET a = ?; COMMIT"
    inspection = Inspection(
        findings=[finding("flask", same), finding("django", same), finding("odd", "UPDATE t SET a = ?")]
    )
    lines = [" ".join(line.split()) for line in as_text(inspection).splitlines()]
    assert f"db-write {same} flask--s, django--s" in lines
    assert "db-write UPDATE t SET a = ? odd--s" in lines


def test_without_a_database_there_is_no_table_of_statements() -> None:
    assert "statements" not in as_text(Inspection(findings=[finding("flask", "200", "a sign")]))
