"""Collect reports from the web pages on which boards publish them."""
