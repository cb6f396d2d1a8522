"""Tables as CSV, JSON Lines and Excel."""
