"""Automatic mutants that verification lets through, each with the reason why that is right."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.mutation.automatic import HANDLERS, Automatic, automatic
from tests.mutation.stand import stand
from tests.mutation.table import FRAMEWORKS
from tests.mutation.texts import MODELS

EXPLAINED = Path(__file__).with_name("survivors.toml")


def explained() -> dict[tuple[str, str, str], str]:
    """Reasons by module, name and change, as ``survivors.toml`` gives them."""
    reasons = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["reason"]
    return {
        (survivor["module"], survivor["name"], survivor["change"].strip()): entry["text"]
        for entry in reasons
        for survivor in entry["survivor"]
    }


def all_mutants() -> list[Automatic]:
    """Of all modules."""
    return [mutant for module in HANDLERS for mutant in automatic(module)]


def survivors(
    mutants: Iterable[Automatic], echo: Callable[[str], None] = lambda _line: None
) -> list[Automatic]:
    """Those of ``mutants`` that verification lets through; models are tried in the first framework's app."""
    mutants, survived = list(mutants), []
    for framework in FRAMEWORKS:
        own = [mutant for mutant in mutants if _framework(mutant) == framework]
        if not own:
            continue
        with stand(framework) as at:
            for done, mutant in enumerate(own, 1):
                if at.survives(mutant.module, mutant.text, mutant.scenarios):
                    survived.append(mutant)
                    echo(f"{framework} {done} of {len(own)} survived: {mutant.name}\n{mutant.change}")
    return survived


def _framework(mutant: Automatic) -> str:
    return FRAMEWORKS[0] if mutant.module == MODELS else mutant.module[len("apps.") : -len("_app")]
