"""Made stacks of a cell, of two sides of it, and of what nobody would call a function.

``python -m tests.support.made_profiles`` writes what is drawn of them anew.
"""

from __future__ import annotations

from dataclasses import replace

from report.analysis.flames import Profile, tree_of
from report.page.flame.boxes import lay_out
from report.page.flame.draw import draw
from results import stacks
from results.model import Cell, CodeLayer, CostSamples, Interface, Load, Run, SideName
from results.stacks import Frame, Stack
from tests.support.paths import FIXTURES
from tests.support.synthetic_costs import make_cost_run
from tests.support.synthetic_gate import make_gate

RUN = Frame("Server.serve", "uvicorn/server.py", CodeLayer.SERVER)
PARSE = Frame(
    "HttpToolsProtocol.data_received",
    "uvicorn/protocols/http/httptools_impl.py",
    CodeLayer.SERVER,
    "server, parsing",
)
CALL = Frame("Starlette.__call__", "starlette/applications.py", CodeLayer.FRAMEWORK, "framework, whole")
ROUTE = Frame("Router.__call__", "starlette/routing.py", CodeLayer.FRAMEWORK, "routing")
HANDLER = Frame("message", "apps/starlette_app.py", CodeLayer.APP)
SLOW = Frame("slow_total", "apps/starlette_app.py", CodeLayer.APP)
CHECK = Frame("BaseModel.model_validate", "pydantic/main.py", CodeLayer.PACKAGE)
DUMPS = Frame("dumps", "json/__init__.py", CodeLayer.STANDARD, "serialisation")

BASE: dict[Stack, int] = {
    (RUN,): 40,
    (RUN, PARSE): 210,
    (RUN, CALL): 130,
    (RUN, CALL, ROUTE): 240,
    (RUN, CALL, ROUTE, ROUTE): 60,
    (RUN, CALL, ROUTE, ROUTE, HANDLER): 90,
    (RUN, CALL, ROUTE, ROUTE, HANDLER, CHECK): 110,
    (RUN, CALL, ROUTE, ROUTE, HANDLER, DUMPS): 119,
    (RUN, CALL, ROUTE, ROUTE, HANDLER, DUMPS, CHECK): 1,
}
"""A thousand samples; the last is too few to be drawn where there are more."""
HEAD: dict[Stack, int] = {**BASE, (RUN, CALL, ROUTE, ROUTE, HANDLER, SLOW): 1000}
"""With a function that takes as long as all else."""
EVIL = '</title><script>alert("x")</script>&\x07\u202e;'
"""No name of a function."""
HOSTILE: dict[Stack, int] = {
    (): 3,
    (Frame(EVIL, EVIL, CodeLayer.APP, EVIL),): 5,
    (Frame("", "", CodeLayer.STANDARD), Frame("x" * 5000, "y" * 5000, CodeLayer.PACKAGE)): 7,
    tuple(Frame(f"f{depth}", "deep.py", CodeLayer.APP) for depth in range(1500)): 2,
}
GOLDEN = FIXTURES / "flame"
"""What is drawn of ``BASE``, and of the difference."""


def cell(framework: str = "starlette", server: str = "uvicorn-standard") -> Cell:
    """A cell in lock-step."""
    return Cell(
        framework=framework,
        server=server,
        interface=Interface.ASGI,
        scenario="json",
        load=Load.LOCKSTEP,
        connections=1,
    )


def samples(
    counts: dict[Stack, int], *, sampled: Cell | None = None, side: SideName = SideName.NONE
) -> CostSamples:
    """The record of ``counts``."""
    return CostSamples(
        cell=sampled or cell(),
        side=side,
        requests=3600,
        seconds=4.8,
        rate_per_s=500,
        stacks=stacks.encode(counts),
        tool="py-spy 0.4.3",
        python="3.13.7",
    )


def profile(counts: dict[Stack, int], **about: Cell | SideName) -> Profile:
    """What was sampled, read."""
    return Profile(record=samples(counts, **about), stacks=counts)  # type: ignore[arg-type] # by name


def sampled_run(counts: dict[Stack, int] | None = None, name: str = "2026-11-23-cost") -> Run:
    """A run that counted, one cell of which was sampled."""
    run = make_cost_run(name=name)
    counted = next(record.cell for record in run.costs if record.cell == cell())
    return replace(run, samples=(samples(counts or BASE, sampled=counted),))


def sampled_gate() -> Run:
    """A gate whose first cell got dearer, both sides of it sampled."""
    run = make_gate(cost_change=0.9)
    pairing = next(pairing for pairing in run.plan.pairings if pairing.head.load == Load.LOCKSTEP)
    sides = ((SideName.BASE, pairing.base, BASE), (SideName.HEAD, pairing.head, HEAD))
    made = tuple(samples(counts, sampled=sampled, side=side) for side, sampled, counts in sides)
    return replace(run, samples=made)


def drawn() -> dict[str, str]:
    """The golden pictures by file name."""
    base, head = tree_of(BASE), tree_of(HEAD)
    return {
        "one.svg": draw(lay_out(base), title="Starlette", description="One cell."),
        "difference.svg": draw(lay_out(head, base), title="Starlette", description="Two sides."),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in drawn().items():
        (GOLDEN / name).write_text(f"{text}\n", encoding="utf-8")
