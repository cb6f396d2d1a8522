"""Benchmarks: how well and how fast are queries answered?"""
