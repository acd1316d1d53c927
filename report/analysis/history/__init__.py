"""Series of cells over many runs: what is kept of a run, ratios to one stack, seams, steps of means."""
