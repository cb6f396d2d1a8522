"""What an engine must know: the query tree, the analysis of text, and the engines themselves."""
