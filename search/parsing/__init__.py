"""Parse what a person types into a query tree."""
