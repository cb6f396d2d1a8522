"""What answers a question: from a person's words to hits with cited passages."""
