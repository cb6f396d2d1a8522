"""Store postings, and publish new generations of the index."""
