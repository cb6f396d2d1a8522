"""Find what can be seen on a page, and which of its letters cannot."""
