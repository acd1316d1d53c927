"""``hotlap calibrate``: what the load generator can do on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from runners.cli.options import Json


def calibrate_(
    quick: Annotated[
        bool, typer.Option("--quick", help="One shape at one number of connections, beside every client.")
    ] = False,
    shape: Annotated[str, typer.Option(help="With --quick: shape of request and answer.")] = "plaintext",
    connections: Annotated[
        int, typer.Option("--connections", "-n", min=1, help="With --quick: connections.")
    ] = 64,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; ratios are taken within each.")] = 3,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each client is measured.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Show what the load generator can do here, beside wrk, h2load and Locust's own users; needs nginx.

    The full form takes about seven minutes; its ceilings are kept, and judge later runs on this machine.
    """
    from runners.cli import calibration_tables
    from runners.experiments import ceilings
    from runners.experiments.calibration.calibrate import calibrate_fully, calibrate_quickly

    def echo(text: str) -> None:
        typer.echo(text, err=True)

    if quick:
        calibration = calibrate_quickly(
            shape=shape, connections=connections, rounds=rounds, seconds=seconds, echo=echo
        )
    else:
        calibration = calibrate_fully(rounds=rounds, seconds=seconds, echo=echo)
        ceilings.save(calibration.ceilings, calibration_tables.as_json(calibration))
    shown = calibration_tables.as_json if as_json else calibration_tables.as_text
    typer.echo(shown(calibration))
