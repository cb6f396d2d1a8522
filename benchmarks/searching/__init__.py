"""Benchmarks of query speed."""
