"""Paths, uploads and archives."""
