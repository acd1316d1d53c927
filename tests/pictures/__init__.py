"""Pictures and outputs within the documents: made from recorded runs by ``python -m tests.pictures``."""
