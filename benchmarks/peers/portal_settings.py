"""The portal's settings, with two more addresses: a view that wants a token, and the same without."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.peers.portal_urls"
