"""Behind a load: what was wrong with answers under it, and whether the server is still right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

from results.model import Setup, Trial
from runners.errors import ServiceError
from runners.experiments.durations import VERIFIED_AT_ONCE
from runners.experiments.orders import Entrant
from runners.selection.schedule import trial_seed
from runners.verify.contract import Known, verify_after
from runners.verify.tasks import difference_after
from runners.verify.under_load import wrong_under_load
from scenarios.exchange import Scenario


class Asked(NamedTuple):
    """A server that was under load, and is to be asked once more."""

    entrant: Entrant
    trial: Trial
    problem: str
    """What was wrong with an answer beside the load; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterLoad:
    """Asks servers once more that were under load."""

    scenarios: Mapping[str, Scenario]
    setup: Setup
    block: int

    def differences(self, asked: Sequence[Asked]) -> list[str]:
        """Of each what was, or is now, wrong; empty: nothing.

        One server is asked for one cell at a time: what rotates from call to call would else be turned on by
        another's questions.
        """
        of_server: dict[int, list[int]] = {}
        for place, answered in enumerate(asked):
            of_server.setdefault(answered.entrant.live.launch.id, []).append(place)
        told: dict[int, str] = {}

        def ask(places: Sequence[int]) -> None:
            for place in places:
                told[place] = self._difference(asked[place])

        with ThreadPoolExecutor(VERIFIED_AT_ONCE) as pool:
            list(pool.map(ask, of_server.values()))
        return [told[place] for place in range(len(asked))]

    def _difference(self, asked: Asked) -> str:
        entrant, trial, problem = asked
        known = wrong_under_load(trial) or problem or self._lost(entrant, trial)
        return known or self._wrong_after(entrant, trial.requests)

    def _lost(self, entrant: Entrant, trial: Trial) -> str:
        """What became of the tasks that its answers promised, where they can be counted; empty: they ran."""
        tasks = entrant.live.server.tasks
        if tasks is None or self.scenarios[entrant.cell.scenario].deferred is None:
            return ""
        return difference_after(tasks, least=trial.requests)

    def _wrong_after(self, entrant: Entrant, answered: int) -> str:
        server, cell = entrant.live.server, entrant.cell
        known = Known(
            workers=cell.workers,
            shares_clock=server.pid is not None,
            evidence=server.leases.evidence,
            pool=server.leases.pool,
        )
        try:
            difference = verify_after(
                server.host,
                server.port,
                self.scenarios[cell.scenario],
                known=known,
                seed=trial_seed(self.setup.seed, self.block, cell),
                answered=answered,
            )
        except ServiceError as error:
            difference = error.message
        return f"wrong after load: {difference}" if difference else ""
