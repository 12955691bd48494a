"""A certificate authority for applications on loopback."""

from tests.fetch.conftest import authority, ca_file

__all__ = ["authority", "ca_file"]
