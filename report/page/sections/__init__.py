"""The sections of the page: one question, one file; ``section(context)`` answers it."""
