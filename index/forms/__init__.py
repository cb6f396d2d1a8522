"""Find which words are forms of one another."""
