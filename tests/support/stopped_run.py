"""A run whose requests are answered soon or never: ``python -m tests.support.stopped_run FOLDER``.

Prints ``failures: N`` at its end.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import runners.experiments.inspection
import runners.experiments.orders
from results.model import Cell, Setup
from runners.generator.messages import Order
from runners.launching.launcher import RunningServer
from runners.verify.contract import Verified
from tests.support.fake_run import verifying_all
from tests.support.faulty_run import FAULTY_SETUP, faulty_run

DEADLINE_S = 1.5


def main(folder: str) -> None:
    """Run two good servers."""
    verified = Verified(differences=(), findings=(), canonical={})
    whole_order = runners.experiments.orders.order_for

    def hasty_order(server: RunningServer, cell: Cell, setup: Setup, block: int) -> Order:
        return replace(whole_order(server, cell, setup, block), deadline_s=DEADLINE_S)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runners.experiments.inspection, "verify_all", verifying_all(verified))
        patch.setattr(runners.experiments.orders, "order_for", hasty_order)
        run, said = faulty_run(Path(folder), ("good", "as-good"), replace(FAULTY_SETUP, leg_s=1.4))
    sys.stdout.write(f"{said}\ntrials: {len(run.trials)}\nfailures: {len(run.failures)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
