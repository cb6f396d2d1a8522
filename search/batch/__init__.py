"""Many queries at once: a sheet in, every mention out, with a record of the search."""
