"""Many queries at once: every mention out, with a record of the search."""
