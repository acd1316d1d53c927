"""Several runs shown as one: which may be, and the run that they make."""
