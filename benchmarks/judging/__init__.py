"""Benchmarks: how well are answers ranked?"""
