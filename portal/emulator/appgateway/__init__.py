"""The gateway in front of self-hosted applications: sign-in, sessions, forwarding, and what the Hub bar asks for."""
