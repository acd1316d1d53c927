"""Is the answer right: one running stack held against the contract, one scenario at a time."""
