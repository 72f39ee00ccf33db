"""Rate limits: budgets, who is counted, the window in Redis."""
