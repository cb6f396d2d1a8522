"""Fault injection: make writes fail at any point, and check that nothing is lost."""
