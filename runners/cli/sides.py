"""Options that tell two sides apart, shared by ``hotlap compare`` and ``hotlap gate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from runners.cli.shared import is_default_of_file
from runners.errors import PlanError

if TYPE_CHECKING:
    from runners.experiments.pairs.options import SideOptions, SidesOptions
    from runners.selection.rates import Rate

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
Pairs = Annotated[
    int | None,
    typer.Option(min=2, help="Launch pairs of each cell; 8 unless given, 5 in the screen of a gate."),
]
Duration = Annotated[
    float | None,
    typer.Option(
        min=0.05,
        help="Seconds that are counted of each side in a launch pair, of each load; 1.6 unless given, in a "
        "gate 0.7 of the closed and 0.5 of the open one.",
    ),
]
Seed = Annotated[int | None, typer.Option(help="Seed of order and inputs; else a new one.")]

SideArguments = tuple[list[str] | None, str | None, str | None, str | None, str | None]
"""Options of one side: packages, interpreter, revision, framework, server."""


def sides_of(*, base: SideArguments, head: SideArguments) -> SidesOptions:
    """What the options of both sides ask for."""
    from runners.experiments.pairs.options import SidesOptions

    return SidesOptions(base=_side(*base), head=_side(*head))


def pythons_of(
    context: typer.Context, python: list[str] | None, base: str | None, head: str | None
) -> tuple[str, ...]:
    """Interpreters of both sides; several of pyproject.toml are left aside where a side names its own."""
    pythons = tuple(python or ())
    if len(pythons) > 1 and (base or head) and is_default_of_file(context, "python"):
        return ()
    return pythons


def rates_of(texts: list[str] | None, reuse: int | None) -> tuple[Rate, ...]:
    """The rates asked for; raises PlanError where they make no sense, also beside ``reuse``."""
    from runners.selection import rates

    if texts and reuse is not None:
        raise PlanError(rates.NO_REUSE, remedy="leave out --rate, or --reuse")
    return rates.parse(texts or ())


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
