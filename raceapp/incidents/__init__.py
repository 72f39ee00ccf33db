"""What happens at a weekend and sends people back to their lists: a crash, the rain."""
