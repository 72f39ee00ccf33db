"""Our dialect of flask-smorest."""
