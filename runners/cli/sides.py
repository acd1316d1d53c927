"""Options that tell two sides apart, shared by ``hotlap compare`` and ``hotlap gate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from runners.experiments.pairs.options import SideOptions, SidesOptions

_TWICE = "Each must be given with its twin."

Base = Annotated[
    list[str] | None,
    typer.Option("--base", help='Package of the base, as "fastapi==0.115.*"; a bare name: as locked.'),
]
Head = Annotated[
    list[str] | None, typer.Option("--head", help="Package of the head, likewise; may be repeated.")
]
BasePython = Annotated[str | None, typer.Option(help="Interpreter of the base: a version, or a path.")]
HeadPython = Annotated[str | None, typer.Option(help="Interpreter of the head.")]
BaseRev = Annotated[
    str | None,
    typer.Option(metavar="REV|worktree|DIR", help="Where apps and locks of the base come from."),
]
HeadRev = Annotated[
    str | None, typer.Option(metavar="REV|worktree|DIR", help="Where those of the head come from.")
]
BaseServer = Annotated[str | None, typer.Option(help=f"Server variant of the base. {_TWICE}")]
HeadServer = Annotated[str | None, typer.Option(help="Server variant of the head.")]
BaseFramework = Annotated[str | None, typer.Option(help=f"Framework of the base. {_TWICE}")]
HeadFramework = Annotated[str | None, typer.Option(help="Framework of the head.")]
Pairs = Annotated[int, typer.Option(min=2, help="Launch pairs of each cell.")]
Seed = Annotated[int | None, typer.Option(help="Seed of order and inputs; else a new one.")]

SideArguments = tuple[list[str] | None, str | None, str | None, str | None, str | None]
"""Options of one side: packages, interpreter, revision, framework, server."""


def sides_of(*, base: SideArguments, head: SideArguments) -> SidesOptions:
    """What the options of both sides ask for."""
    from runners.experiments.pairs.options import SidesOptions

    return SidesOptions(base=_side(*base), head=_side(*head))


def _side(
    packages: list[str] | None,
    python: str | None,
    revision: str | None,
    framework: str | None,
    server: str | None,
) -> SideOptions:
    from runners.experiments.pairs.options import SideOptions

    return SideOptions(
        overrides=tuple(packages or ()),
        python=python,
        revision=revision,
        framework=framework,
        server=server,
    )
