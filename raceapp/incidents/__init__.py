"""Crashes and rain, which send people back to their lists."""
