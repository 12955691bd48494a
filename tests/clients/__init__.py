"""Clients that nobody here wrote, against the emulator: the vendor's Node.js SDK and CLI (`make test-clients`)."""
