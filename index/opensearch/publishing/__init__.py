"""Publish the index in a cluster."""
