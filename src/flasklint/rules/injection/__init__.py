"""Data that becomes code in another language."""
