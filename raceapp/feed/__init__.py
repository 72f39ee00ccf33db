"""Everything of a race weekend at once, and what has changed of it since."""
