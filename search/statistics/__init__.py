"""What the numbers say: pure functions of counts, each with its source."""
