"""Race weekends."""
