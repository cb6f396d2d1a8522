"""Decide which hits and passages an answer shows, and in which order."""
