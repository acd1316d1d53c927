"""Who draws the sections: this process, or for a large run all cores side by side, with the same result."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from report.context import Context
from report.view import Section

LARGE = 3000
"""Trials from which further processes pay for their start, about a second and a half each."""
PROCESSES_AT_MOST = 4

_here: Context
"""In a drawing process: what it draws from."""


def sections(here: Context, names: Sequence[str]) -> tuple[Section, ...]:
    """Sections that the modules ``names`` make of ``here``, in order, without those that have nothing."""
    processes = min(PROCESSES_AT_MOST, os.cpu_count() or 1)
    if len(here.run.trials) < LARGE or processes == 1:
        drawn = [_draw(here, name) for name in names]
    else:
        # Started anew and not forked: a fork would copy the threads of numerical libraries half.
        pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin, initargs=(here,))
        with pool:
            drawn = list(pool.map(_draw_here, names))
    return tuple(section for section in drawn if section is not None)


def _begin(here: Context) -> None:
    global _here  # noqa: PLW0603 - handed over once a process, not with every section
    _here = here


def _draw_here(name: str) -> Section | None:
    return _draw(_here, name)


def _draw(here: Context, name: str) -> Section | None:
    section: Section | None = import_module(name).section(here)
    return section
