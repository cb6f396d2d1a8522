"""Store the corpus in SQLite."""
