"""PostgreSQL as a service: PyPI's embedded server under the supervisor, or one that runs elsewhere."""
