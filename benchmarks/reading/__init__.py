"""Benchmarks of reading: quality and speed."""
