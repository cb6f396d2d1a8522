"""Rank reports, choose the passages to show, and suggest further queries."""
