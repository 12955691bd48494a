"""After the release: what is looked at again and again, and the tickets about what was found."""
