"""The crawling process, which fetches the pages of each source and the documents that they list."""
