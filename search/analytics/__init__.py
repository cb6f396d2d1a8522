"""What analysts ask of all mentions at once."""
