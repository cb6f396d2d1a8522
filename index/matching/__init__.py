"""Find which reports match a query tree, and where the mentions are."""
