"""Benchmarks: how well and how fast are reports read?"""
