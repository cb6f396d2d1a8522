"""Decide what is shown of an answer, and in which order."""
