"""Cost: user-space instructions per request, counted in lock-step on one connection, never timed."""
