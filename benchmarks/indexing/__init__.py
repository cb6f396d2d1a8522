"""Benchmarks of the index: build speed and growth."""
