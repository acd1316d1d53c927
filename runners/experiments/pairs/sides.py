"""The two sides: what was asked of each, in words, and the parts that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from results.model import BASE, HEAD, Side
from runners import servers
from runners.environments.uv_tool import shown
from runners.errors import HotlapError, PlanError
from runners.experiments.pairs.revision import Source, source_of
from runners.selection import frameworks
from runners.selection.matrix import Parts
from scenarios import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class SideWish:
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
class Contender:
    """One side resolved."""

    wish: SideWish
    side: Side
    parts: Parts
    """Frameworks of its own apps; servers and scenarios are the same for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SidesWish:
    """What was asked of both."""

    base: SideWish = field(default_factory=SideWish)
    head: SideWish = field(default_factory=SideWish)

    def must_make_sense(self) -> None:
        """Raise PlanError where the two do not differ, or an option of one needs its twin."""
        if self.base == self.head == SideWish():
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


def contenders(wish: SidesWish, *, cache: Path | None = None) -> dict[str, Contender]:
    """Both sides by name; raises PlanError or ProvisionError that names the side."""
    wish.must_make_sense()
    return {name: _contender(name, side, cache) for name, side in ((BASE, wish.base), (HEAD, wish.head))}


def _contender(name: str, wish: SideWish, cache: Path | None) -> Contender:
    try:
        source = source_of(wish.revision, root=cache)
        found = frameworks.discover(source.apps)
    except HotlapError as error:
        error.message = f"{name}: {error.message}"
        raise
    side = Side(
        name=name,
        title=title_of(wish, source),
        python=None if wish.python is None else shown_python(wish.python),
        revision=source.commit,
    )
    parts = Parts(frameworks=found, servers=servers.discover(), scenarios=catalogue.discover())
    return Contender(wish=wish, side=side, parts=parts)


def shown_python(python: str) -> str:
    """An interpreter as it may be recorded: a version, or a path's last part."""
    return Path(python).name


def title_of(wish: SideWish, source: Source) -> str:
    """A side in words."""
    words = [
        *(f"{text} of the lock" if is_bare(text) else _word(text) for text in wish.overrides),
        *((f"Python {shown_python(wish.python)}",) if wish.python else ()),
        *((source.title,) if source.title else ()),
        *((wish.framework,) if wish.framework else ()),
        *((f"on {wish.server}",) if wish.server else ()),
    ]
    return ", ".join(words) or "as locked"


def _word(override: str) -> str:
    """An override without a machine's paths."""
    text = shown(override)
    return f"{Path(text).name} (path)" if text.startswith((".", "/", "~")) else text
