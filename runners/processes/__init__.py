"""Processes: started under a supervisor, watched, accounted for, and ended for certain."""
