"""The data-flow engine: untrusted values followed to where they do harm. Knows no library's name."""
