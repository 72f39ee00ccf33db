"""Last year's weekend again."""
