"""Views of the web page, one module for each group of addresses."""
