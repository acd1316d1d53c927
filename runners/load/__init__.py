"""The load: many connections driven by one greenlet, every answer compared."""
