"""Suggest further queries beside an answer, and while a person types."""
