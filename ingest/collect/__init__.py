"""Collecting: how do reports come from the pages on which boards publish them?"""
