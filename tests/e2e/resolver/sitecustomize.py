"""For the processes of the demo under test: names are asked of the test's own name server, as a deployment's machine
names its own in /etc/resolv.conf. Python loads this by its name, from PYTHONPATH.
"""

import os

import dns.resolver

PORT = int(os.environ["TEST_DNS_PORT"])


def read(self: dns.resolver.Resolver, _file: object) -> None:
    """Instead of /etc/resolv.conf."""
    self.nameservers, self.port = ["127.0.0.1"], PORT


dns.resolver.Resolver.read_resolv_conf = read  # type: ignore[assignment, method-assign]
