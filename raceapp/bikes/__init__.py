"""Motorcycles and their riders."""
