"""Run many queries at once: read a sheet of queries, and write every mention and a record of the search."""
