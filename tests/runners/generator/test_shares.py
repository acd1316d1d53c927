from __future__ import annotations

from dataclasses import fields, replace

import pytest

from results.histogram import Latency
from results.model import Arrivals, CpuSource
from runners.errors import LoadError
from runners.generator import shares
from runners.generator.messages import Measured, Order, ServiceTree
from runners.generator.shares import ShareMeasured, merge, overlap, split

ORDER = Order(
    host="h",
    port=1,
    scenario="json",
    seed=7,
    connections=10,
    rate_rps=1000.0,
    arrivals=Arrivals.POISSON,
    warmup_s=0.1,
    window_s=1.0,
    server_pid=5,
    cgroup="/c",
    cpus=(0, 1),
    services=(ServiceTree(name="database", pid=7),),
)


def measured(latencies_us: list[int], **more: object) -> Measured:
    latency = Latency()
    latency.record_ns([latency_us * 1000 for latency_us in latencies_us])
    known = Measured(
        started_unix_s=100.0,
        warmup_s=0.2,
        warmup_slope=0.0,
        window_s=1.0,
        requests=len(latencies_us),
        latency=latency.encode(),
        in_flight_mean=4.0,
        in_flight_end=4,
        checked_full=1,
        generator_cpu_ns=10,
        generator_idle_s=0.5,
        generator_wait_us=10.0,
    )
    return replace(known, **more)  # type: ignore[arg-type]  # fields by name


def part(measured: Measured, begun_ns: int = 0, worker: str = "generator 1 of 2") -> ShareMeasured:
    return ShareMeasured(worker=worker, measured=measured, begun_ns=begun_ns)


def test_shares_are_of_connections_and_of_the_rate() -> None:
    parts = split(ORDER, [6, 4], reader=1)
    assert [share.connections for share in parts] == [6, 4]
    assert [share.rate_rps for share in parts] == [600.0, 400.0]


def test_only_the_reader_reads_the_server() -> None:
    first, second = split(ORDER, [5, 5], reader=1)
    assert (first.server_pid, first.cgroup, first.cpus) == (None, None, ())
    assert (second.server_pid, second.cgroup, second.cpus) == (5, "/c", (0, 1))
    assert (first.services, second.services) == ((), ORDER.services)
    assert all(share.server_pid is None for share in split(ORDER, [5, 5], reader=None))


def test_every_share_has_a_seed_of_its_own() -> None:
    seeds = [share.seed for share in split(ORDER, [4, 3, 3], reader=None)]
    assert seeds[0] == ORDER.seed
    assert len(set(seeds)) == 3
    assert seeds == [share.seed for share in split(ORDER, [4, 3, 3], reader=0)]


def test_counts_are_added_and_histograms_merged() -> None:
    one = measured([100] * 50, errors={"reset": 1}, stale=1, quarters=(10, 20, 10, 10))
    two = measured([300] * 50, errors={"reset": 2, "closed": 1}, quarters=(5, 15, 20, 10))
    merged = merge([part(one), part(two)])

    assert merged.requests == Latency.decode(merged.latency).count == 100
    assert Latency.decode(merged.latency).percentiles([25, 75]).tolist() == [100, 300]
    assert merged.errors == {"reset": 3, "closed": 1}
    assert (merged.stale, merged.in_flight_mean, merged.in_flight_end) == (1, 8.0, 8)
    assert merged.quarters == (15, 35, 30, 20)


def test_what_nobody_measured_stays_unmeasured_and_one_reader_is_enough() -> None:
    nobody = merge([part(measured([1])), part(measured([1]))])
    assert nobody.server_cpu_ns is None
    assert nobody.lateness is None
    one = measured(
        [1],
        service_cpu_ns={"database": 9},
        server_cpu_ns=7,
        server_cpu_source=CpuSource.CGROUP,
        processes=3,
        processes_changed=True,
    )
    merged = merge([part(measured([1])), part(one)])
    assert (merged.server_cpu_ns, merged.server_cpu_source, merged.processes) == (7, "cgroup", 3)
    assert merged.processes_changed
    assert merged.service_cpu_ns == {"database": 9}


def test_the_busiest_generator_speaks_for_all() -> None:
    quick = measured([1] * 3, generator_idle_s=0.9, generator_wait_us=1.0)
    busy = measured([1], generator_idle_s=0.01, generator_wait_us=9.0)
    merged = merge([part(quick), part(busy)])
    assert merged.generator_idle_s == 0.01
    assert merged.generator_wait_us == 3.0
    assert merged.generator_cpu_ns == 20


def test_every_field_of_a_measurement_has_a_rule() -> None:
    missing = {field.name for field in fields(Measured)} - set(shares._RULES)
    assert not missing, "say in runners.generator.shares how several become one"


def test_an_error_names_the_generator_that_saw_it() -> None:
    merged = merge([part(measured([1])), part(measured([1], error_example="reset: x"), worker="generator 2")])
    assert merged.error_example == "generator 2: reset: x"


@pytest.mark.parametrize(("ahead_ns", "share"), [(0, 1.0), (100_000_000, 0.9), (2_000_000_000, 0.0)])
def test_the_overlap_is_what_all_windows_share(ahead_ns: int, share: float) -> None:
    assert overlap([part(measured([1])), part(measured([1]), ahead_ns)]) == pytest.approx(share)


def test_windows_apart_are_no_trial() -> None:
    with pytest.raises(LoadError, match="only 90% in common"):
        merge([part(measured([1])), part(measured([1]), 100_000_000)])
