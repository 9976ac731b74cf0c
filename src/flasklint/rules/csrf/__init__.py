"""Cross-site request forgery."""
