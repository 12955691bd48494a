"""Secrets that were found where they do not belong."""
