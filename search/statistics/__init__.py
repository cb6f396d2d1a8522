"""Statistics: pure functions of counts, each with its source."""
