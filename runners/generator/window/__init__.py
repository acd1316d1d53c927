"""One trial of closed or open load: warm-up, windows, and what was counted between their edges."""
