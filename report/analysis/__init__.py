"""What a record says: frames, flags, summaries, comparisons, layers, and the verdict of the gate."""
