"""Templates and cross-site scripting."""
