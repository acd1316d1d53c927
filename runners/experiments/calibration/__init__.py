"""Calibration: what the load generator can do on this machine, beside other clients, and what it promised."""
