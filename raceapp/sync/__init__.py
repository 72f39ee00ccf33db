"""Batches of writes, sent by devices that were out of reach."""
