"""What the claims of docs/performance.md rest on: `make bench` and `make bench-growth`."""
