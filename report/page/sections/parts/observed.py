"""Of the section on trust: findings, what frameworks do where the contract leaves it open."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.page.context import Context
from report.page.model import Column, SectionPart, Table, TableEntry, TableRow, entry, gap
from results.model import PROTOCOL, Finding


def part(context: Context) -> SectionPart | None:
    """A folded table a scenario: a row for what was sent, a column for each framework."""
    findings = context.run.findings
    if not findings:
        return None
    scenarios = dict.fromkeys(finding.scenario for finding in findings)
    return SectionPart(
        heading="Findings",
        anchor="findings",
        text="Behaviour that the contract leaves open: observed, neither right nor wrong. Where the servers "
        "of a framework differ, each is named.",
        tables=tuple(
            _table(context, scenario, [finding for finding in findings if finding.scenario == scenario])
            for scenario in scenarios
        ),
    )


def _table(context: Context, scenario: str, findings: Sequence[Finding]) -> Table:
    kind = "server" if scenario == PROTOCOL else "framework"
    names = sorted({_whose(finding) for finding in findings})
    probes = dict.fromkeys(finding.probe for finding in findings)
    return Table(
        anchor=f"findings-{scenario}",
        caption=f"{scenario}: what was sent, and what came back",
        columns=(Column(label="Sent"), *(Column(label=context.title(name)) for name in names)),
        rows=tuple(_row(probe, names, findings) for probe in probes),
        summary=f"{scenario}: {fmt.counted(len(probes), 'odd input')}, {fmt.counted(len(names), kind)}",
        sortable=False,
    )


def _whose(finding: Finding) -> str:
    """Who behaves like that: a framework, or a server alone."""
    return finding.server if finding.scenario == PROTOCOL else finding.framework


def _row(probe: str, names: Sequence[str], findings: Sequence[Finding]) -> TableRow:
    asked = [finding for finding in findings if finding.probe == probe]
    answers = [_answers([finding for finding in asked if _whose(finding) == name]) for name in names]
    return TableRow(entries=(entry(probe), *answers))


def _answers(findings: Sequence[Finding]) -> TableEntry:
    """What came back of one framework, by server where its servers differ."""
    servers: dict[str, list[str]] = {}
    for finding in findings:
        servers.setdefault(finding.answer, []).append(finding.server)
    if not servers:
        return gap("not asked")
    if len(servers) == 1:
        return entry(findings[0].answer)
    return entry("; ".join(f"{', '.join(names)}: {answer}" for answer, names in servers.items()))
