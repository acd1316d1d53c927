"""Which flame graphs there are of a run, their names, and writing them beside its record or a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from report.analysis.costs import Costs
from report.analysis.flames import FlameGraph, Profile, profiles_of
from report.analysis.titles import titles_of
from report.page.flame.pages import one_cell, two_sides
from report.page.names import safe_names
from results.files import write_whole
from results.model import Cell, Pairing, Run, SideName

PREFIX = "flame-"
"""Of the names of all flame graphs, beside the record or the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlameFile:
    """A flame graph that is to be written."""

    profile: Profile
    """Of a difference the head's."""
    href: str
    """Beside the record or the page."""
    text: Callable[[], str]
    """Makes the file."""
    difference: bool = False

    def graph(self, folder: Path) -> FlameGraph:
        """What is said of the file once it lies in ``folder``."""
        return FlameGraph(
            cell=self.profile.record.cell.slug,
            file=str(folder / self.href),
            samples=self.profile.total,
            requests=self.profile.record.requests,
            difference=self.difference,
        )


def files_of(counted: Sequence[Costs], titles: Mapping[str, str]) -> list[FlameFile]:
    """A file for each cell that was sampled in any of these runs; sides of a comparison have none."""
    profiles = [profile for costs in counted for profile in costs.profiles]
    hrefs = _hrefs(profile.record.cell.slug for profile in profiles)
    return [
        FlameFile(profile=profile, href=href, text=partial(one_cell, profile, titles))
        for profile, href in zip(profiles, hrefs, strict=True)
    ]


def hrefs_by_cell(counted: Sequence[Costs]) -> dict[tuple[str, Cell], str]:
    """Where the flame graph of a cell lies beside the page, by run and cell."""
    places = [(costs.name, profile.record.cell) for costs in counted for profile in costs.profiles]
    return dict(zip(places, _hrefs(cell.slug for _, cell in places), strict=True))


def differences_of(run: Run) -> list[FlameFile]:
    """A file for each pairing of ``run`` whose two sides were sampled."""
    by_side = {(profile.record.side, profile.record.cell): profile for profile in profiles_of(run)[0]}
    pairs = [
        (pairing, by_side[SideName.BASE, pairing.base], by_side[SideName.HEAD, pairing.head])
        for pairing in run.plan.pairings
        if (SideName.BASE, pairing.base) in by_side and (SideName.HEAD, pairing.head) in by_side
    ]
    return _differences(pairs, titles_of(run), "difference")


def differences_of_two(base: Run, head: Run) -> list[FlameFile]:
    """The same of the cells that were sampled in both runs."""
    before = {profile.record.cell: profile for profile in profiles_of(base)[0]}
    pairs = [
        (Pairing(base=profile.record.cell, head=profile.record.cell), before[profile.record.cell], profile)
        for profile in profiles_of(head)[0]
        if profile.record.cell in before
    ]
    return _differences(pairs, titles_of(head), f"against-{base.plan.name}")


def _differences(
    pairs: Sequence[tuple[Pairing, Profile, Profile]], titles: Mapping[str, str], ending: str
) -> list[FlameFile]:
    hrefs = _hrefs(f"{_pairing_name(pairing)}--{ending}" for pairing, _, _ in pairs)
    return [
        FlameFile(profile=head, href=href, text=partial(two_sides, base, head, titles), difference=True)
        for (_, base, head), href in zip(pairs, hrefs, strict=True)
    ]


def _pairing_name(pairing: Pairing) -> str:
    if pairing.base == pairing.head:
        return pairing.head.slug
    return f"{pairing.head.slug}--over--{pairing.base.slug}"


def _hrefs(names: Iterable[str]) -> list[str]:
    return [f"{name}.html" for name in safe_names(f"{PREFIX}{name}" for name in names)]


def write(files: Iterable[FlameFile], folder: Path) -> tuple[FlameGraph, ...]:
    """Write ``files`` into ``folder``, whole, and give what they show; raises OSError."""
    graphs = []
    for file in files:
        path = folder / file.href
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, file.text())
        graphs.append(file.graph(folder))
    return tuple(graphs)
