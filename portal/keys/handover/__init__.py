"""A secret that waits behind a link for one person."""
