"""Answer queries: from what a person types to hits with cited passages."""
