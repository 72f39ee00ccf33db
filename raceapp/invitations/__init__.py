"""Links and QR codes that put people on the crew of a weekend."""
