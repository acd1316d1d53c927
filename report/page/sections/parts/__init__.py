"""Parts of sections that have a file of their own: a table or a chart, with what it says."""
