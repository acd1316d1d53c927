"""How long the history of 200 made runs takes: one new run extracted, all others read, series, page and data.

`python -m tests.benchmarks.history` prints it beside its share of the bar of index, series and one new run.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from report.analysis.history.extract import extract_run
from report.analysis.history.extract_files import FILE, read_extracts, write_extracts
from report.page.site.write_history import write_history
from tests.benchmarks.bars import Bars
from tests.support.made_history import make_extracts
from tests.support.synthetic_plan import STACKS
from tests.support.synthetic_turns import make_relay

RUNS = 200
SCENARIOS = ("plaintext", "json", "orders")
BAR_S = 60.0
"""A third of the 3 minutes that all may take: the rest is for the pages of the new run and the index."""
MIB = 2**20


def main() -> None:
    """Print times and sizes; exit with 1 where the bar is missed."""
    bars = Bars()
    with TemporaryDirectory(prefix="hotlap-history-") as folder:
        site = Path(folder)
        stacks = [(name, server) for name, server in STACKS if not name.endswith("sgi")]
        extracts = make_extracts(RUNS, stacks=stacks, scenarios=SCENARIOS, steps={"fastapi": (150, -0.05)})
        for extract in extracts:
            write_extracts(site / extract.plan.name, "key", [extract])
        newest = make_relay(scenarios=SCENARIOS)
        began = time.perf_counter()
        new = extract_run(newest)
        extracted = time.perf_counter()
        kept = [own for path in sorted(site.glob(f"*/{FILE}")) for own in read_extracts(path.parent) or ()]
        was_read = time.perf_counter()
        page = write_history([*kept, new], site, {})
        written = time.perf_counter()
        print(f"    one new run extracted: {extracted - began:.1f} s")
        print(f"    {len(kept)} extracts read: {was_read - extracted:.1f} s")
        print(f"    series, page and data: {written - was_read:.1f} s")
        print(f"    page {page.stat().st_size / MIB:.2f} MiB")
        bars.at_most(f"a history of {RUNS} runs and a new one", written - began, BAR_S, "s")
        bars.at_most("its page", page.stat().st_size / MIB, 5, "MiB")
    bars.end()


if __name__ == "__main__":
    main()
