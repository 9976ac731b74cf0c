"""A report, written in one format or another."""
