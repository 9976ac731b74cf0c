"""How an app is deployed: files that are not Python."""
