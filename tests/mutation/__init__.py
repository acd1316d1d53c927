"""Broken and cheating apps, and the check that refuses each: the verifier's own test."""
