"""The charts of the page: one chart, one file; plain rows in, inline SVG out."""
