"""What people say about a task."""
