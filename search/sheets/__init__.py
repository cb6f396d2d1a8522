"""What people hand in: a sheet of queries as Excel or text, read as they see it."""
