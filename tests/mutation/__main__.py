"""``python -m tests.mutation`` tries automatic mutants, all or a sample, and names those without a reason."""

from __future__ import annotations

import argparse
import sys

from tests.mutation.survivors import all_mutants, explained, survivors


def say(line: str) -> None:
    """Print at once: it takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="try automatic mutants")
parser.add_argument("--sample", type=int, default=1, metavar="N", help="every N-th alone")
parser.add_argument("--module", help="one of apps/ alone, such as flask_app")
chosen = parser.parse_args()
mutants = [one for one in all_mutants() if chosen.module in {None, one.key[0]}][:: chosen.sample]
reasons = explained()
left = survivors(mutants, say)
unexplained = [mutant for mutant in left if mutant.key not in reasons]
say(f"{len(mutants)} mutants, {len(mutants) - len(left)} refused, {len(left)} let through")
for mutant in unexplained:
    say(f"without a reason: {mutant.key}")
sys.exit(bool(unexplained))
