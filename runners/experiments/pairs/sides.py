"""The two sides: what was asked of each, in words, and the parts that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from results.model import Side, SideName
from runners.environments.uv_tool import shown
from runners.errors import HotlapError
from runners.experiments.pairs.options import SideOptions, SidesOptions, is_bare
from runners.experiments.pairs.revision import Source, source_of
from runners.selection.discovery import discover
from runners.selection.matrix import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class SideParts:
    """One side resolved."""

    options: SideOptions
    side: Side
    parts: Parts
    """Frameworks of its own apps; servers and scenarios are the same for both sides."""


def resolve_sides(
    options: SidesOptions, *, apps: Path | None = None, cache: Path | None = None
) -> dict[SideName, SideParts]:
    """Both sides by name; raises PlanError or ProvisionError that names the side.

    ``apps`` are those of a side that names no revision; hotlap's own unless given.
    """
    options.must_make_sense()
    return {
        name: _resolve_side(name, side, apps, cache)
        for name, side in ((SideName.BASE, options.base), (SideName.HEAD, options.head))
    }


def _resolve_side(name: SideName, options: SideOptions, apps: Path | None, cache: Path | None) -> SideParts:
    try:
        source = source_of(options.revision, apps=apps, root=cache)
        parts = discover(source.apps)
    except HotlapError as error:
        raise error.retold(f"{name}: {error.message}") from error
    side = Side(
        name=name,
        title=title_of(options, source),
        python=None if options.python is None else shown_python(options.python),
        revision=source.commit,
    )
    return SideParts(options=options, side=side, parts=parts)


def shown_python(python: str) -> str:
    """An interpreter as it may be recorded: a version, or a path's last part."""
    return Path(python).name


def title_of(options: SideOptions, source: Source) -> str:
    """A side in words."""
    words = [
        *(f"{text} of the lock" if is_bare(text) else _word(text) for text in options.overrides),
        *((f"Python {shown_python(options.python)}",) if options.python else ()),
        *((source.title,) if source.title else ()),
        *((options.framework,) if options.framework else ()),
        *((f"on {options.server}",) if options.server else ()),
    ]
    return ", ".join(words) or "as locked"


def _word(override: str) -> str:
    """An override without a machine's paths."""
    text = shown(override)
    return f"{Path(text).expanduser().resolve().name} (path)" if text.startswith((".", "/", "~")) else text
