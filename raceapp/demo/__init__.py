"""The demo team and its race weekends, for trying things out."""
