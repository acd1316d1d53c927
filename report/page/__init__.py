"""The page: one self-contained HTML file for each run."""
