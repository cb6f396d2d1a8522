"""A study as a data package: tables for other programs, with a description that programs read."""
