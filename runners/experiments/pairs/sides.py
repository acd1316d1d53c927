"""The two sides: what was asked of each, in words, and the parts that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from results.model import BASE, HEAD, Side
from runners.environments.uv_tool import shown
from runners.errors import HotlapError, PlanError
from runners.experiments.pairs.revision import Source, source_of
from runners.selection.discovery import discover
from runners.selection.matrix import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOptions:
    """What was asked of one side; nothing: everything as it is."""

    overrides: tuple[str, ...] = ()
    """As ``--with`` takes them; a bare name means the lock's version."""
    python: str | None = None
    revision: str | None = None
    """Git revision, ``worktree`` or folder that the apps come from."""
    framework: str | None = None
    server: str | None = None

    @property
    def moved(self) -> tuple[str, ...]:
        """Overrides without bare names, which override nothing."""
        return tuple(text for text in self.overrides if not is_bare(text))

    @property
    def bare(self) -> tuple[str, ...]:
        """Names that were given without a version."""
        return tuple(text for text in self.overrides if is_bare(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class SideParts:
    """One side resolved."""

    options: SideOptions
    side: Side
    parts: Parts
    """Frameworks of its own apps; servers and scenarios are the same for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SidesOptions:
    """What was asked of both."""

    base: SideOptions = field(default_factory=SideOptions)
    head: SideOptions = field(default_factory=SideOptions)

    def must_make_sense(self) -> None:
        """Raise PlanError where the two do not differ, or an option of one needs its twin."""
        if self.base == self.head == SideOptions():
            raise PlanError(
                "nothing tells base and head apart",
                remedy="name two recorded runs, or give --base/--head, --base-python, --base-rev, "
                "--base-server or --base-framework (--base-rev worktree --head-rev worktree shows the noise)",
            )
        for name in ("framework", "server"):
            values = getattr(self.base, name), getattr(self.head, name)
            if (values[0] is None) != (values[1] is None):
                missing = BASE if values[0] is None else HEAD
                raise PlanError(
                    f"--{BASE if missing == HEAD else HEAD}-{name} needs --{missing}-{name} beside it",
                    remedy=f"give both, or --{name} for both sides alike",
                )


def is_bare(text: str) -> bool:
    """Whether an override is a package's name and nothing else."""
    try:
        requirement = Requirement(text.strip())
    except InvalidRequirement:
        return False
    return not requirement.specifier and requirement.url is None


def resolve_sides(options: SidesOptions, *, cache: Path | None = None) -> dict[str, SideParts]:
    """Both sides by name; raises PlanError or ProvisionError that names the side."""
    options.must_make_sense()
    return {
        name: _side_parts(name, side, cache) for name, side in ((BASE, options.base), (HEAD, options.head))
    }


def _side_parts(name: str, options: SideOptions, cache: Path | None) -> SideParts:
    try:
        source = source_of(options.revision, root=cache)
        parts = discover(source.apps)
    except HotlapError as error:
        error.message = f"{name}: {error.message}"
        raise
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
    return f"{Path(text).name} (path)" if text.startswith((".", "/", "~")) else text
