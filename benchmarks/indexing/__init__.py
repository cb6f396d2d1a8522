"""Benchmarks: how fast is the index built, and how does it grow?"""
