"""Benchmarks: how fast are queries answered?"""
