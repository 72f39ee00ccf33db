"""A weekend on paper."""
