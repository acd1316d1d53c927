"""The gate: ``judge`` makes a ``judgement`` of a recorded run; ``still_to_measure`` what it needs before."""
