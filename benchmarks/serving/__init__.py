"""Benchmark: how fast is the web page, for one person and for fifty?"""
