"""The environments of a run: built for its cells, or built again for a run that goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from results.model import Cell, Failure, NotApplicable, Run, environment_name
from runners.environments import cache
from runners.environments.interpreters import find_build
from runners.environments.provision import Provisioned, provision, provision_all
from runners.environments.yardstick import Chosen, unsupported
from runners.errors import PlanError, ProvisionError
from runners.experiments.progress import Watcher
from runners.machine import facts
from runners.selection.frameworks import Framework
from runners.selection.matrix import Parts, family
from runners.servers.recipe import Variant
from runners.servers.versions import Versions


def environments_of(
    cells: Iterable[Cell],
    parts: Parts,
    *,
    interpreters: Mapping[str, Chosen],
    overrides: tuple[str, ...],
    watcher: Watcher,
) -> tuple[dict[str, Provisioned], tuple[Failure, ...]]:
    """Environments by ``Cell.environment``; one that was not built is a failure of each of its stacks.

    ``interpreters`` are by the name that cells have for them. Each environment says what the chosen servers
    are started with otherwise, where those in it are older ones.
    """
    cells = tuple(cells)
    environments: dict[str, Provisioned] = {}
    failures: list[Failure] = []
    for python, chosen in interpreters.items():
        own = [cell for cell in cells if cell.python == python]
        used = frameworks_of(own, parts)
        watcher.say(f"preparing {len(used)} environments on {chosen.text}")
        path = str(chosen.interpreter.path)
        results = provision_all(used, python=path, overrides=overrides, echo=watcher.say)
        for cell in {cell.environment: cell for cell in own}.values():
            result = results[cell.framework]
            if isinstance(result, ProvisionError):
                stacks = dict.fromkeys(same.stack for same in own if same.framework == cell.framework)
                failures += [result.failure(stack) for stack in stacks]
            else:
                declaring = _declaring(result, _variants(own, cell.framework, parts))
                environments[cell.environment] = _on(declaring, python, chosen)
    records = [environment.record for environment in environments.values()]
    for line in dict.fromkeys(line for record in records for line in record.server_differences):
        watcher.say(line)
    return environments, tuple(failures)


def frameworks_of(cells: Iterable[Cell], parts: Parts) -> tuple[Framework, ...]:
    """Frameworks of ``cells``, in their order."""
    return tuple(parts.frameworks[name] for name in dict.fromkeys(cell.framework for cell in cells))


def _on(environment: Provisioned, python: str, chosen: Chosen) -> Provisioned:
    """``environment`` with what is known of its interpreter in its record."""
    record = replace(
        environment.record,
        interpreter=python,
        yardstick_ms=chosen.yardstick_ms,
        behind=chosen.behind,
    )
    return replace(environment, record=record)


def _variants(cells: Iterable[Cell], framework: str, parts: Parts) -> tuple[Variant, ...]:
    """Server variants that ``framework`` is measured on; none for cells that need no server."""
    names = dict.fromkeys(cell.server for cell in cells if cell.framework == framework)
    return tuple(parts.servers[name] for name in names if name in parts.servers)


def _declaring(environment: Provisioned, variants: Iterable[Variant]) -> Provisioned:
    """``environment`` with what its servers, being older, are started with otherwise in its record."""
    versions = environment.record.versions
    started = [variant for variant in variants if not variant.unmet(versions)]
    lines = dict.fromkeys(line for variant in started for line in variant.differences(versions))
    return replace(environment, record=replace(environment.record, server_differences=tuple(lines)))


def provisioned_cells(
    cells: Iterable[Cell], environments: Mapping[str, Provisioned], failures: Sequence[Failure]
) -> tuple[Cell, ...]:
    """Cells that have their environment; raises ProvisionError, with the first of ``failures``, for none."""
    provisioned = tuple(cell for cell in cells if cell.environment in environments)
    if not provisioned:
        raise ProvisionError(
            "no environment could be built: " + "; ".join(failure.message for failure in failures),
            remedy=failures[0].remedy,
            log_tail=failures[0].log_tail,
        )
    return provisioned


def versions_of(environments: Mapping[str, Provisioned]) -> dict[str, Versions]:
    """What is installed in each of ``environments``, by their names."""
    return {name: environment.record.versions for name, environment in environments.items()}


def lacking_cells(
    cells: Iterable[Cell], installed: Mapping[str, Versions], parts: Parts
) -> tuple[NotApplicable, ...]:
    """Cells whose environment holds a release that is too old for their scenario or server.

    Which is too old is what the app's file says for a scenario, and the server's file for a variant.
    """
    lacking = []
    for cell in cells:
        if versions := installed.get(cell.environment):
            needed = family(parts.scenarios[cell.scenario])
            unmet = parts.frameworks[cell.framework].unmet(needed, versions)
            if not unmet and cell.server in parts.servers:
                unmet = parts.servers[cell.server].unmet(versions)
            if unmet:
                lacking.append(NotApplicable(cell=cell, reason=unmet))
    return tuple(lacking)


def unsupported_cells(
    cells: Iterable[Cell], interpreters: Mapping[str, Chosen], parts: Parts
) -> tuple[NotApplicable, ...]:
    """Cells whose framework does not run on their interpreter, where others of the run may.

    Of one interpreter alone nothing is left out: what does not run on it is a failure.
    """
    if len(interpreters) < 2:  # noqa: PLR2004 - one and others
        return ()
    return tuple(
        NotApplicable(cell=cell, reason=reason)
        for cell in cells
        if (reason := unsupported(parts.frameworks[cell.framework], interpreters[cell.python].interpreter))
    )


def without(cells: Iterable[Cell], lacking: Iterable[NotApplicable]) -> tuple[Cell, ...]:
    """``cells`` without the ``lacking`` ones; raises PlanError, with their reasons, where none is left."""
    lacking = tuple(lacking)
    absent = {lack.cell for lack in lacking}
    left = tuple(cell for cell in cells if cell not in absent)
    if not left:
        raise PlanError(
            "nothing is left to be measured: " + "; ".join(dict.fromkeys(lack.reason for lack in lacking)),
            remedy="choose a newer release, or other scenarios or servers",
        )
    return left


def must_be_single(interpreters: Mapping[str, Chosen], what: str) -> None:
    """PlanError where several interpreters are named for ``what``, a clause that ends with its verb."""
    if len(interpreters) > 1:
        raise PlanError(
            f"{what} on one interpreter, and --python names {len(interpreters)}: {', '.join(interpreters)}",
            remedy="give --python once, and call hotlap again for another",
        )


def rebuild_environments(run: Run, parts: Parts, watcher: Watcher) -> Mapping[str, Provisioned]:
    """Environments for a run that goes on; raises PlanError where one is not what line 1 says."""
    facts.require_linux()
    for cell in run.plan.cells:
        for name, known in ((cell.framework, parts.frameworks), (cell.server, parts.servers)):
            if name not in known:
                raise PlanError(f"{cell.slug}: {name} is no longer there", remedy="begin a new run")
    built: dict[str, Provisioned] = {}
    for recorded in run.plan.environment.frameworks:
        framework = parts.frameworks[recorded.framework]
        python = str(find_build(recorded.python, recorded.python_build, cache.root()).path)
        environment = provision(framework, python=python, overrides=recorded.overrides, echo=watcher.say)
        if environment.record.key != recorded.key:
            raise PlanError(
                f"the environment of {framework.name} is not the one of {run.plan.name}: "
                f"{recorded.key} then, {environment.record.key} now",
                remedy="check out the apps and locks that the run began with, or begin a new run",
            )
        built[environment_name(framework.name, recorded.interpreter)] = environment
    return built
