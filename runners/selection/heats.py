"""Heats: which launches of a block live at once, and in which order their cells are measured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random

from results.model import Cell, Interface
from runners.selection.reference import is_reference
from runners.selection.schedule import Visit

MOST_IN_HEAT = 12
"""Launches that live at once, unless asked otherwise."""


def draw_heats(
    launches: Iterable[Visit],
    *,
    most: int,
    seed: int,
    block: int,
    memory_bytes: Mapping[str, int] | None = None,
    available_bytes: int | None = None,
    everywhere: str = "",
) -> tuple[tuple[Visit, ...], ...]:
    """Launches of a block in heats of at most ``most``, drawn anew for each block.

    A heat holds one interpreter. What serves one target on one server variant stays together, as far as
    ``most`` goes: ratios are shown within it. ``memory_bytes`` are what launches took before, by key: a heat
    takes no more than ``available_bytes``, and a launch that is alone in it may take more. Launches of the
    stack ``everywhere`` are in every heat, beside ``most`` others.
    """
    random = Random(f"{seed}/heats/{block}")
    memory_bytes = memory_bytes or {}
    together: dict[str, dict[tuple[str, str], list[Visit]]] = {}
    beside: dict[str, list[Visit]] = {}
    for visit in launches:
        first = visit.cells[0]
        if is_reference(first, everywhere):
            beside.setdefault(first.python, []).append(visit)
        else:
            together.setdefault(first.python, {}).setdefault((first.server, visit.target), []).append(visit)
    pythons = [*(together or {python: {} for python in beside}).items()]
    random.shuffle(pythons)
    return tuple(
        (*beside.get(python, ()), *heat)
        for python, by_server in pythons
        for heat in _filled(
            list(by_server.values()),
            random,
            most,
            memory_bytes,
            _less(available_bytes, beside.get(python, ()), memory_bytes),
        )
        or [[]]
    )


def _filled(
    groups: list[list[Visit]],
    random: Random,
    most: int,
    memory_bytes: Mapping[str, int],
    available_bytes: int | None,
) -> list[list[Visit]]:
    """``groups`` in random order, filled into heats one after the other."""
    random.shuffle(groups)
    heats: list[list[Visit]] = []
    for group in groups:
        random.shuffle(group)
        for part in _parts(group, most, memory_bytes, available_bytes):
            if heats and _fits([*heats[-1], *part], most, memory_bytes, available_bytes):
                heats[-1] += part
            else:
                heats.append(part)
    return heats


def _less(
    available_bytes: int | None, visits: Iterable[Visit], memory_bytes: Mapping[str, int]
) -> int | None:
    """What is left beside ``visits``."""
    if available_bytes is None:
        return None
    return max(available_bytes - sum(memory_bytes.get(visit.key, 0) for visit in visits), 0)


def launch_order(
    launches: Iterable[Visit], *, most: int, seed: int, block: int, everywhere: str = ""
) -> tuple[str, ...]:
    """Keys of a block's launches in their order, where memory suffices for all heats."""
    return tuple(
        visit.key
        for heat in draw_heats(launches, most=most, seed=seed, block=block, everywhere=everywhere)
        for visit in heat
    )


def _parts(
    group: Sequence[Visit], most: int, memory_bytes: Mapping[str, int], available_bytes: int | None
) -> list[list[Visit]]:
    """``group`` in as few parts as fit a heat."""
    parts: list[list[Visit]] = [[]]
    for visit in group:
        if parts[-1] and not _fits([*parts[-1], visit], most, memory_bytes, available_bytes):
            parts.append([])
        parts[-1].append(visit)
    return parts


def _fits(
    heat: Collection[Visit], most: int, memory_bytes: Mapping[str, int], available_bytes: int | None
) -> bool:
    taken = sum(memory_bytes.get(visit.key, 0) for visit in heat)
    return len(heat) <= most and (available_bytes is None or taken <= available_bytes)


def workload_order(cells: Iterable[Cell], seed: int, block: int) -> tuple[tuple[Cell, ...], ...]:
    """Cells of a heat by what they are asked, which is measured one after the other: all in random order.

    An open load whose rate is a share of its stack's own capacity is a workload of its own.
    """
    workloads: dict[Cell, list[Cell]] = {}
    for cell in cells:
        asked = replace(cell, framework="", server="", control=False, interface=Interface.ASGI)
        workloads.setdefault(asked, []).append(cell)
    order, random = list(workloads.values()), Random(f"{seed}/workloads/{block}")
    random.shuffle(order)
    for workload in order:
        random.shuffle(workload)
    return tuple(map(tuple, order))
