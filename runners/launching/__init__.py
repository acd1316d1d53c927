"""Launching a server: in its environment, ready by a right answer; or finding one that runs elsewhere."""
