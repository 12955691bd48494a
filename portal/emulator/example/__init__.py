"""A self-hosted application of somebody else, for trying the portal: it is what a developer registers and releases.

A process of its own behind TLS (`make run` starts it); it shares nothing with the emulated Hub but its addresses.
"""
