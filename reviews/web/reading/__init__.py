"""Show a report for reading."""
