"""Templates of checklists, and building a weekend from them."""
