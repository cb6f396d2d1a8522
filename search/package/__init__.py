"""Export a study as a data package: tables for other programs, with a machine-readable description."""
