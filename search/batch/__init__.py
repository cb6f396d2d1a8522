"""Many queries at once: run a sheet of queries, write every mention and a record of the search."""
