"""A certificate authority for the applications that a browser opens."""

from tests.fetch.conftest import authority, ca_file

__all__ = ["authority", "ca_file"]
