"""Two sides held against each other: what a comparison and the gate share."""
