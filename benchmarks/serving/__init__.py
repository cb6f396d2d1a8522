"""Benchmark of the web page, for one person and for fifty."""
