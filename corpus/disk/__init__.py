"""Name, open and write files safely."""
