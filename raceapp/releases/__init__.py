"""Whether a bike is ready for a session, and who let it go."""
