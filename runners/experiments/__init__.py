"""What is done with a selection: run, capacity, sweep, two sides, counting, calibration."""
