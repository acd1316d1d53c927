"""One heat: servers that live at once, loaded one at a time, in the turns of a relay or in whole windows.

Every leg and every window is a trial, recorded as soon as it is made; whatever fails is a failure of its
cell, and leaves the others to go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol

from results.model import FailureStage, GateStage, Setup, Trial
from results.store import Writer
from runners.errors import HotlapError, LoadError, VerifyError
from runners.experiments.after_load import AfterLoad, Asked
from runners.experiments.beside import asking_beside
from runners.experiments.live import LiveServers
from runners.experiments.orders import Entrant, order_for, relay_of
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher
from runners.generator.messages import Leg, Measured, Order, Relay
from runners.selection.loading import batches, why_whole
from runners.verify.under_load import wrong_under_load
from scenarios.exchange import Scenario

DISTURBED_REPEATS = 2
"""How often a window disturbed by foreign work is repeated within its launch."""
REPEATED_SHARE = 0.2
"""Repeats for foreign work, as a share of the windows that it did not disturb."""
MOST_SAVED = 3.0
"""Repeats that undisturbed windows save up for later ones."""


class Measurer(Protocol):
    """What measures: the load generator, or what stands for it in a test."""

    def measure(self, order: Order) -> Measured:
        """Load the server of ``order`` for one window; raises LoadError."""

    def relay(self, order: Relay) -> tuple[Leg, ...]:
        """Load servers in turn: a leg for each, in their order; raises LoadError."""


@dataclass(slots=True)
class Repeats:
    """Repeats that foreign work may still cost: undisturbed windows save up a share of one each.

    So a passing disturbance is measured again, and where neighbours never rest, hardly any is: there another
    block helps, and another try does not.
    """

    left: float = DISTURBED_REPEATS

    def save(self) -> None:
        """A window was not disturbed."""
        self.left = min(self.left + REPEATED_SHARE, MOST_SAVED)

    def spend(self) -> bool:
        """A window was disturbed: whether it may be repeated."""
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Measures the servers of one heat."""

    number: int
    """Within its block."""
    servers: LiveServers
    setup: Setup
    scenarios: Mapping[str, Scenario]
    generator: Measurer
    writer: Writer
    watcher: Watcher
    policy: Policy
    stage: GateStage = GateStage.NONE
    repeats: Repeats = field(default_factory=Repeats)

    def batches(self, workloads: Sequence[Sequence[Entrant]]) -> Iterator[list[Entrant]]:
        """Entrants of ``workloads`` that are measured at once; those of one workload are asked the same."""
        asked = [[entrant.cell for entrant in workload] for workload in workloads]
        for places in batches(asked, self.scenarios, self.setup):
            yield [entrant for place in places for entrant in workloads[place]]

    def measure(self, entrants: Sequence[Entrant]) -> Iterator[Trial]:
        """One trial (with its repeats) of each of ``entrants``, which are one of ``batches``."""
        entrants = [entrant for entrant in entrants if entrant.live in self.servers.live]
        if not entrants:
            return
        first = entrants[0].cell
        if why_whole(first, self.scenarios[first.scenario], self.setup):
            for entrant in entrants:
                yield from self._window(entrant)
        else:
            yield from self._relay(entrants)
        self.servers.bury()

    # Turns.

    def _relay(self, entrants: Sequence[Entrant]) -> Iterator[Trial]:
        servers = {entrant.live.launch.id: entrant.live.server for entrant in entrants}
        before = {launch: server.pss_bytes() for launch, server in servers.items()}
        try:
            legs = self.generator.relay(relay_of(entrants, self.setup, self.servers.block))
        except LoadError as error:
            for entrant in entrants:
                self._fail(LoadError(error.message, remedy=error.remedy, log_tail=error.log_tail), entrant)
            return
        answered = Counter[int]()
        for entrant, leg in zip(entrants, legs, strict=True):
            answered[entrant.live.launch.id] += _answers(leg)
        asked: list[Asked] = []
        for entrant, leg in zip(entrants, legs, strict=True):
            launch = entrant.live.launch.id
            if entrant.live not in self.servers.live:
                continue  # dismissed for another of its legs
            if leg.restless and entrant.live.server.alive():  # else it has lost all its processes: it died
                self.servers.dismiss(entrant.live, LoadError(leg.failed, remedy=leg.remedy))
                continue
            if leg.failed or leg.measured is None:
                self._fail(LoadError(leg.failed, remedy=leg.remedy, answered=leg.answered), entrant)
                continue
            trial = replace(self._trial(leg.measured, entrant), turns=leg.turns, windows=leg.windows)
            beside, problem = self._beside_load(entrant)
            trial = replace(
                trial,
                memory_before_bytes=before[launch],
                asked_besides=answered[launch] - _answers(leg),
                beside=beside,
            )
            yield self._record(trial)
            asked.append(Asked(entrant, trial, problem))
        self._verify(asked)

    def _beside_load(self, entrant: Entrant) -> tuple[str | None, str]:
        """What small requests wait beside the load of a leg, and what was wrong with one of them.

        Turns are too short to wait in: the same load is kept up for a window behind them, of which nothing
        else is recorded. None where the scenario has no small request, or the window failed.
        """
        small = self.scenarios[entrant.cell.scenario].beside
        if small is None:
            return None, ""
        order = self._order_beside(entrant)
        try:
            with asking_beside(entrant.live.server, small) as beside:
                window = self._trial(self.generator.measure(order), entrant)
        except LoadError as error:
            self._fail(error, entrant)
            return None, ""
        return beside.within(*_window_of(window)), wrong_under_load(window) or beside.problem

    # Whole windows.

    def _window(self, entrant: Entrant) -> Iterator[Trial]:
        """All attempts at one window."""
        small = self.scenarios[entrant.cell.scenario].beside
        order = self._order_beside(entrant) if small else self._order(entrant)
        try:
            for attempt in range(DISTURBED_REPEATS + 1):
                before = entrant.live.server.pss_bytes()
                with asking_beside(entrant.live.server, small) as beside:
                    trial = self._trial(self.generator.measure(order), entrant)
                trial = replace(trial, beside=beside.within(*_window_of(trial)))
                trial = self._record(replace(trial, attempt=attempt, memory_before_bytes=before))
                yield trial
                if not self.policy.is_disturbed(trial):
                    self.repeats.save()
                    break
                if attempt == DISTURBED_REPEATS or not self.repeats.spend():
                    break
        except LoadError as error:
            self._fail(error, entrant)
        else:
            self._verify([Asked(entrant, trial, beside.problem)])

    # Both.

    def _order(self, entrant: Entrant) -> Order:
        return order_for(entrant.live.server, entrant.cell, self.setup, self.servers.block)

    def _order_beside(self, entrant: Entrant) -> Order:
        """The order where small requests are asked beside the load, which need the generator's CPU too."""
        return replace(self._order(entrant), awake=False)

    def _trial(self, measured: Measured, entrant: Entrant) -> Trial:
        live, group = entrant.live, self.scenarios[entrant.cell.scenario].group
        odd = bool(measured.errors or measured.stale or measured.processes_changed)
        return Trial(
            cell=entrant.cell,
            block=live.launch.block,
            launch=live.launch.id,
            position=entrant.position,
            side=live.launch.side,
            place=entrant.place,
            stage=self.stage,
            heat=self.number,
            live=len(self.servers.live),
            memory_pss_bytes=live.server.pss_bytes(),
            mounted_position=live.launch.mounted.index(group) if group else 0,
            log_tail=live.server.log_tail() if odd else "",
            service_cpus={facts.name: len(facts.cpus) for facts in live.launch.services if facts.cpus},
            **asdict(measured),
        )

    def _record(self, trial: Trial) -> Trial:
        self.writer.append(trial)
        self.watcher.trial(trial)
        return trial

    def _verify(self, asked: Sequence[Asked]) -> None:
        """Look at the answers under load, and ask once more; a wrong answer is a failure of the cell."""
        after = AfterLoad(scenarios=self.scenarios, setup=self.setup, block=self.servers.block)
        differences = after.differences(asked)
        for (entrant, _, _), difference in zip(asked, differences, strict=True):
            if difference:
                error = VerifyError(f"{entrant.cell.slug}: {difference}", remedy="see the server's log")
                self._fail(error.retold(stage=FailureStage.VERIFY_AFTER), entrant)

    def _fail(self, error: HotlapError, entrant: Entrant) -> None:
        self.servers.fail(error, entrant.live, entrant.cell)


def _answers(leg: Leg) -> int:
    """All right answers of its turns, and before them."""
    led_in = leg.turns.led_in if leg.turns else 0
    return led_in + (leg.measured.requests if leg.measured else 0)


def _window_of(trial: Trial) -> tuple[float, float]:
    """Begin and end of the window (Unix, s)."""
    begin_unix_s = trial.started_unix_s + trial.warmup_s
    return begin_unix_s, begin_unix_s + trial.window_s
