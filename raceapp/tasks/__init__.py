"""What is to be done, by whom, until when, and whether it has been."""
