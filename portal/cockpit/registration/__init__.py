"""What the Hub has of an application: its registration and its health."""
