"""What servers answered to odd bytes, as a table for a person and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from results.model import Finding
from runners.cli.list_tables import LISTING_WIDTH
from runners.cli.progress import failure_text
from runners.cli.tables import as_lines, plain_table
from runners.experiments.protocol import ServersTold

if TYPE_CHECKING:
    from runners.cli.json_types.verify import ProtocolJson


def as_json(told: ServersTold) -> str:
    """What was sent, with the answer of each server, as one JSON object."""
    data: ProtocolJson = {
        "servers": _servers(told.findings),
        "sent": [{"sent": about, "answers": answers} for about, answers in _by_probe(told.findings).items()],
        "failures": list(told.failures),
    }
    return json.dumps(data, indent=2, default=asdict)


def as_text(told: ServersTold) -> str:
    """The same for a person: of everything that was sent the answers, each with whose it is."""
    everyone = _servers(told.findings)
    table = plain_table("odd bytes", "sent", "answer", "of")
    for about, answers in _by_probe(told.findings).items():
        for place, (answer, times) in enumerate(Counter(answers.values()).most_common()):
            table.add_row("" if place else about, answer, _whose(answers, answer, times))
    failures = "\n".join(failure_text(failure) for failure in told.failures)
    total = f"{len(everyone)} servers, {len(told.failures)} failures"
    return as_lines(table, *([failures] if failures else []), total, width=LISTING_WIDTH, gap=True)


def _whose(answers: Mapping[str, str], answer: str, times: int) -> str:
    """The servers that gave ``answer`` so many times; where most did, the others are named alone."""
    if times == len(answers):
        return "all"
    if times > len(answers) / 2:
        return f"the {times} others"
    return ", ".join(name for name, said in answers.items() if said == answer)


def _servers(findings: Iterable[Finding]) -> list[str]:
    return list(dict.fromkeys(finding.server for finding in findings))


def _by_probe(findings: Iterable[Finding]) -> dict[str, dict[str, str]]:
    """Answer by server, by what was sent."""
    answers: dict[str, dict[str, str]] = {}
    for finding in findings:
        answers.setdefault(finding.probe, {})[finding.server] = finding.answer
    return answers
