"""The load generator, alone in its process; only its ``process`` module imports Locust."""
