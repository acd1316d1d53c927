"""Findings: what frameworks do where the contract leaves it open, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from report import fmt
from report.page.context import Context
from report.page.model import Column, Entry, Part, Table, TableRow, entry, gap
from results.model import Finding


def part(here: Context) -> Part | None:
    """A folded table a scenario: a row for what was sent, a column for each framework."""
    found = here.run.findings
    if not found:
        return None
    scenarios = dict.fromkeys(each.scenario for each in found)
    return Part(
        heading="Findings",
        anchor="findings",
        text="Behaviour that the contract leaves open: observed, neither right nor wrong. Where the servers "
        "of a framework differ, each is named.",
        tables=tuple(
            _table(here, name, [each for each in found if each.scenario == name]) for name in scenarios
        ),
    )


def _table(here: Context, scenario: str, found: Sequence[Finding]) -> Table:
    frameworks = sorted({each.framework for each in found})
    probes = dict.fromkeys(each.probe for each in found)
    rows = []
    for probe in probes:
        about = [each for each in found if each.probe == probe]
        answers = ([each for each in about if each.framework == name] for name in frameworks)
        rows.append(TableRow(entries=(entry(probe), *map(_answer, answers))))
    return Table(
        anchor=f"findings-{scenario}",
        caption=f"{scenario}: what was sent, and what came back",
        columns=(Column(label="Sent"), *(Column(label=here.title(name)) for name in frameworks)),
        rows=tuple(rows),
        summary=f"{scenario}: {fmt.counted(len(probes), 'odd input')}, {len(frameworks)} frameworks",
        sortable=False,
    )


def _answer(found: Iterable[Finding]) -> Entry:
    """What came back; by server where they differ."""
    by_answer: dict[str, list[str]] = {}
    for each in found:
        by_answer.setdefault(each.answer, []).append(each.server)
    if not by_answer:
        return gap("not asked")
    if len(by_answer) == 1:
        return entry(next(iter(by_answer)))
    return entry("; ".join(f"{', '.join(servers)}: {answer}" for answer, servers in by_answer.items()))
