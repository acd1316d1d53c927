"""Parts of docs/verification.md that are made of the table of mutants and of the survivors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.mutation.mutant import Kind, Mutant
from tests.mutation.survivors import explained
from tests.mutation.table import FRAMEWORKS, MUTANTS, mutants_of

TITLES = {"starlette": "Starlette", "flask": "Flask"}


def mutants_part() -> str:
    """How many there are, and a table of each kind."""
    counts = " and ".join(f"{len(mutants_of(name))} of {TITLES[name]}" for name in FRAMEWORKS)
    sections = [
        f"### {kind[0].upper()}{kind[1:]}\n\n{_table(mutants)}"
        for kind in Kind
        if (mutants := [mutant for mutant in MUTANTS if mutant.kind == kind])
    ]
    return "\n\n".join([f"{len(MUTANTS)} ways to be broken, tried on {counts}.", *sections])


def survivors_part() -> str:
    """Reasons why automatic mutants are let through, and how many of each module."""
    counts = Counter((reason, module) for (module, *_), reason in explained().items())
    modules = sorted({module for _, module in counts})
    lines = [_row(["why it is let through", *(f"`{module}`" for module in modules)])]
    lines.append(_row(["---", *["--:"] * len(modules)]))
    reasons = dict.fromkeys(reason for reason, _ in counts)
    lines += [
        _row([reason, *(str(counts[reason, module] or "") for module in modules)]) for reason in reasons
    ]
    return "\n".join(lines)


def _table(mutants: Iterable[Mutant]) -> str:
    lines = [_row(["the app", "scenario", "of", "refused", "by what is said"]), _row(["---"] * 5)]
    for mutant in mutants:
        apps = ", ".join(TITLES[name] for name in FRAMEWORKS if mutant.broken(name))
        said = f"`{mutant.refused.replace('|', '/')}`".replace("\n", r"\n")
        lines.append(_row([mutant.name, f"`{mutant.scenario}`", apps, mutant.stage, said]))
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
