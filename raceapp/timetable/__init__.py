"""The sessions of a race weekend, and what moves when they do."""
