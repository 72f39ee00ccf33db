"""Accounts, log-ins and tokens."""
