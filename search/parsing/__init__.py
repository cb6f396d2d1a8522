"""From what a person typed to a query tree."""
