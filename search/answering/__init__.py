"""Rank reports, and choose the passages to show."""
