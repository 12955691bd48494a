"""The values of a key as files."""
