"""The query tree, the analysis of text, and the search engines."""
