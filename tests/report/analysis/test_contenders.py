from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.contenders import Group, group_contenders, is_floor
from report.analysis.metric_types import Metric
from report.analysis.metrics import MEDIAN, P99, THROUGHPUT, timed_metrics
from report.analysis.summary import summarise
from results.model import Load, Run
from tests.support.synthetic import make_run

RUN = make_run(scenarios=("json",))
SUMMARIES = summarise(RUN)
QUIET = {
    "launch_noise": 0.01,
    "trial_noise": 0.01,
    "block_noise": 0.2,
    "troubles": False,
    "scenarios": ("json",),
}


def group(run: Run, server: str | None = "uvicorn-standard", metric: Metric = THROUGHPUT) -> Group:
    kind = "frameworks" if server else "stacks"
    found = group_contenders(summarise(run), metric, kind=kind)
    return next(each for each in found if each.server == server)


def order(group: Group) -> list[str]:
    return [contender.cell.framework for contender in group.contenders]


def test_frameworks_meet_only_on_the_same_server_and_interface() -> None:
    groups = group_contenders(SUMMARIES)
    assert len({(each.scenario, each.server, each.interface) for each in groups}) == len(groups)
    for each in groups:
        assert each.kind == "frameworks"
        for entry in each.contenders:
            assert (entry.cell.server, entry.cell.interface) == (each.server, each.interface)


def test_stacks_meet_across_servers_under_a_name_of_their_own() -> None:
    (stacks,) = group_contenders(SUMMARIES, kind="stacks")
    assert (stacks.kind, stacks.server, stacks.interface) == ("stacks", None, None)
    assert len({entry.cell.server for entry in stacks.contenders}) > 1
    assert " on granian-asgi" in stacks.sentence()
    assert stacks.sentence({"starlette": "Starlette"}).startswith("Starlette on ")


def test_the_best_is_first_and_ratios_are_within_blocks() -> None:
    found = group(make_run(**QUIET))
    assert order(found) == ["starlette", "litestar", "fastapi"]
    assert [entry.tier for entry in found.contenders] == [1, 2, 3]
    assert (found.contenders[0].ratio.value, found.contenders[0].ratio.low) == (1.0, None)
    ratio = found.contenders[1].ratio
    assert ratio.low is not None
    assert ratio.high is not None
    assert ratio.low < 0.8 < ratio.high  # (45 + 75) us against (75 + 75) us
    assert ratio.high - ratio.low < 0.05  # although blocks differ by 20%


def test_less_is_better_for_all_but_throughput() -> None:
    run = make_run(**QUIET)
    for name, metric in timed_metrics().items():
        assert order(group(run, metric=metric)) == ["starlette", "litestar", "fastapi"]
        assert metric.higher_is_better == (name == "throughput_rps")
    assert group(run, metric=MEDIAN).contenders[1].ratio.value > 1


def test_a_floor_stands_beside_and_wins_nothing() -> None:
    found = group(RUN)
    (floor,) = found.floors
    assert is_floor(floor.cell)
    assert floor.tier is None
    assert floor.ratio.value > 1.2
    assert "asgi" not in order(found)


def test_a_control_is_no_contender() -> None:
    assert not any(entry.cell.control for each in group_contenders(SUMMARIES) for entry in each.contenders)


def test_throughput_of_open_load_is_not_compared() -> None:
    arriving = [replace(each, cell=replace(each.cell, load=Load.OPEN)) for each in SUMMARIES]
    assert group_contenders(arriving) == ()
    assert group_contenders(arriving, P99)


def test_what_could_not_be_measured_is_named_with_its_reason() -> None:
    ((cell, reason),) = group(RUN, "gunicorn-gthread").missing
    assert cell.framework == "django"
    assert reason.startswith("not measured (launch)")


@pytest.mark.parametrize(
    ("cost_us", "blocks", "sentence"),
    [
        (
            (100, 150, 200),
            8,
            "starlette is fastest. Next is litestar at 66% of starlette's throughput (65% to 68%).",
        ),
        (
            (100, 100, 200),
            8,
            "are fastest; no difference between them could be told. Next is fastapi at 50% of",
        ),
        ((100, 100, 100), 8, "No difference in throughput could be told between "),
        ((100, 150, 200), 5, "Only 5 blocks: too few to rank, 6 are needed."),
    ],
)
def test_the_sentence_says_what_can_be_told(cost_us: tuple[float, ...], blocks: int, sentence: str) -> None:
    names = ("starlette", "litestar", "fastapi")
    stacks = [f"{name}--uvicorn-standard" for name in names]
    found = group(make_run(**QUIET, blocks=blocks, cost_us=dict(zip(stacks, cost_us, strict=True))))
    assert sentence in found.sentence()
    assert all((entry.tier is None) == (blocks < 6) for entry in found.contenders)


def test_one_with_few_blocks_is_said_to_be_unranked() -> None:
    run = make_run(**QUIET)
    fewer = tuple(trial for trial in run.trials if trial.cell.framework != "litestar" or trial.block < 3)
    found = group(replace(run, trials=fewer))
    assert [(entry.cell.framework, entry.tier) for entry in found.contenders] == [
        ("starlette", 1),
        ("fastapi", 2),
        ("litestar", None),
    ]
    assert found.sentence().endswith("litestar: too few blocks to rank.")


def test_contenders_that_never_met_have_a_ratio_without_interval() -> None:
    run = make_run(**QUIET, blocks=12)
    apart = tuple(
        trial
        for trial in run.trials
        if trial.cell.framework in ("starlette", "fastapi")
        and (trial.block < 6) == (trial.cell.framework == "starlette")
    )
    second = group(replace(run, trials=apart)).contenders[1]
    assert (second.ratio.low, second.ratio.n) == (None, 0)
    assert 0.3 < second.ratio.value <= 1


def test_few_contenders_are_said() -> None:
    assert group(RUN, "gunicorn-gthread").sentence() == "flask is alone here: nothing to compare it with."
    assert group(RUN, "gunicorn-sync").sentence() == "No framework was measured here."


def test_a_flagged_trial_marks_its_entry_wherever_it_is_ranked() -> None:
    clean = make_run(**QUIET)
    assert not any(entry.mark for entry in group(clean).contenders)

    first = next(trial for trial in clean.trials if trial.cell.framework == "starlette")
    flagged = tuple(replace(t, errors={"timeout": 1}) if t is first else t for t in clean.trials)
    found = group(replace(clean, trials=flagged), first.cell.server)

    assert [entry.mark for entry in found.contenders] == ["†", "", ""]
    assert [(flag.name, count) for flag, count in found.contenders[0].flags] == [("errors", 1)]
    assert found.sentence().startswith("starlette† is fastest.")
    assert "litestar at" in found.sentence()
