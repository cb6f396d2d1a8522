"""Word documents: briefings, collections and recommendations."""
