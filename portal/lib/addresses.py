"""E-mail addresses: which are written differently and mean the same mailbox, and which only look alike."""

from __future__ import annotations


def normal(address: str) -> str:
    """The address in the one form in which addresses are kept and compared.

    Upper and lower case of ASCII letters mean the same, a domain is its ASCII form (IDNA). A local part with other
    letters stays as it is written: `lower()` would turn a Kelvin sign into a k, and so a stranger into a colleague
    (CVE-2019-19844).
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        return address
    return f"{local.lower() if local.isascii() else local}@{domain.lower()}"
