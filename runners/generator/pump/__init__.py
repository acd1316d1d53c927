"""The pump: one loop that drives all connections of a process, and what it is made of."""
