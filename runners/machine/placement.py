"""Whose CPU is whose: those of the server apart from those of the load generator, by physical core."""

from __future__ import annotations

import os

from results.model import Setup
from runners.errors import PlanError
from runners.machine import kernel_files


def cores(cpus: range | set[int]) -> list[list[int]]:
    """``cpus`` grouped by physical core, in ascending order; one group each where the kernel says nothing."""
    folder, groups = kernel_files.cpu_folder(), dict[frozenset[int], list[int]]()
    for cpu in sorted(cpus):
        listed = kernel_files.text(folder / f"cpu{cpu}" / "topology" / "thread_siblings_list")
        groups.setdefault(frozenset(_cpu_list(listed) or {cpu}), []).append(cpu)
    return list(groups.values())


def choose_cpus(workers: int, generators: int = 1) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(CPUs of the server, CPUs of the generator) among those that we may use.

    One CPU per worker; the generator has a physical core to itself where there are enough, then at least
    a CPU to itself. Several generators have a CPU each, as far as those go that no worker has. Where not
    even one is left, workers and generator share (``sharing`` says so). Raises PlanError where the workers
    outnumber the CPUs.
    """
    allowed = os.sched_getaffinity(0)
    if workers > len(allowed):
        raise PlanError(
            f"{workers} workers need a CPU each and one more for the load; {len(allowed)} may be used",
            remedy="ask for fewer workers, or allow more CPUs (taskset, cpuset, limits of the container)",
        )
    return place(cores(allowed), workers, generators)


def place(
    groups: list[list[int]], workers: int, generators: int = 1
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """``choose_cpus`` on CPUs grouped by core: the generator on the first core, workers from the last."""
    generator, spare = groups[0][0], groups[0][1:]
    others = groups[:0:-1]
    firsts, siblings = [core[0] for core in others], [cpu for core in others for cpu in core[1:]]
    server = (firsts + siblings + spare + [generator])[:workers]
    free = [cpu for core in groups for cpu in core[:1]] + [cpu for core in groups for cpu in core[1:]]
    further = [cpu for cpu in free if cpu not in server and cpu != generator]
    return tuple(sorted(server)), (generator, *further[: max(generators - 1, 0)])


def may_stay_awake(
    server_cpus: tuple[int, ...], generator_cpus: tuple[int, ...], generators: int = 1
) -> bool:
    """Whether every generator has a physical core on which nothing of the server runs.

    There it may poll without sleeping. To wake a CPU that sleeps is work of whoever wakes it, on virtual
    machines some 10 to 20 us: a server would pay for it with every answer, the more often the slower it is.
    """
    crowded = {
        cpu for core in cores({*server_cpus, *generator_cpus}) for cpu in core if {*core} & {*server_cpus}
    }
    return bool(server_cpus) and generators <= len(generator_cpus) and not crowded & {*generator_cpus}


def spare_cpus(server_cpus: tuple[int, ...], generator_cpus: tuple[int, ...]) -> tuple[int, ...]:
    """CPUs that we may use and neither server nor generator has: for what a server talks to."""
    return tuple(sorted(os.sched_getaffinity(0) - {*server_cpus, *generator_cpus}))


def service_cpus(
    server_cpus: tuple[int, ...], generator_cpus: tuple[int, ...]
) -> tuple[tuple[int, ...], bool]:
    """CPUs of what a server talks to, and whether they are its own: without any it shares the generator's."""
    own = spare_cpus(server_cpus, generator_cpus)
    return own or generator_cpus, bool(own)


def sharing(server_cpus: tuple[int, ...], generator_cpus: tuple[int, ...]) -> str | None:
    """A warning where server and generator share a CPU, else None."""
    if set(server_cpus) & set(generator_cpus):
        return (
            f"server and load share CPU {generator_cpus[0]}: throughput is that of both together; "
            "give hotlap one CPU more than workers"
        )
    return None


def crowding(setup: Setup) -> tuple[str, ...]:
    """Warnings about CPUs that server and generators share."""
    few, many = len(setup.generator_cpus), setup.generators
    warning = sharing(setup.server_cpus, setup.generator_cpus)
    shared = f"{many} generators share {few} CPU{'s' * (few > 1)}: they make no more load than {few}"
    return (*((warning,) if warning else ()), *((shared,) if few < many else ()))


def _cpu_list(text: str) -> set[int]:
    """``0-2,5`` as a set."""
    cpus: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        cpus |= set(range(int(first), int(last or first) + 1))
    return cpus
