"""What a reader of a cluster asks it, and what it makes of the answers."""
