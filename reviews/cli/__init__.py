"""The `reviews` command."""
