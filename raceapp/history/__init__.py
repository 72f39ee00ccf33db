"""Who did what at a race weekend: append-only, and chained so that tampering shows."""
