"""Measuring: matrix, environments, servers, launch, verification and load."""
