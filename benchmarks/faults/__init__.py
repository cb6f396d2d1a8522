"""Fault injection: what happens if writing fails at any point?"""
