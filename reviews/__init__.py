"""Search safeguarding practice reviews: the application and its one public door."""
