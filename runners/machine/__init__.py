"""The machine under a run: what it is, which of its CPUs are whose, and what slows them down."""
