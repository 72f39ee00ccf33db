"""A weekend live: readers who keep a connection open are told at once what is committed."""
