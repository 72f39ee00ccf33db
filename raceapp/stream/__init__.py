"""A weekend live: what is committed is told at once to whoever keeps a connection open."""
