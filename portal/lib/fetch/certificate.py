"""A server's certificate as evidence: what it says of itself, in signs that are safe to show."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# No more names are shown, and no longer texts (characters).
MOST_NAMES = 20
LONGEST = 200
# All that reading a certificate may raise which a server has written itself.
UNREADABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)


@dataclass(frozen=True)
class Certificate:
    """What a server showed, trusted or not. Times are UTC; None and empty where the certificate cannot be read.

    `key` is the SHA-256 of its public key in base64, as browsers pin it (RFC 7469 section 2.4).
    """

    sha256: str
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    key: str = ""

    @classmethod
    def read(cls, der: bytes) -> Certificate:
        """From DER. What cannot be read still has its fingerprint."""
        sha256 = hashlib.sha256(der).hexdigest()
        try:
            found = x509.load_der_x509_certificate(der)
            return cls(
                sha256,
                shown(found.subject.rfc4514_string()),
                shown(found.issuer.rfc4514_string()),
                tuple(map(shown, dns_names(found)[:MOST_NAMES])),
                found.not_valid_before_utc,
                found.not_valid_after_utc,
                _pin(found),
            )
        except UNREADABLE:
            return cls(sha256)


def _pin(certificate: x509.Certificate) -> str:
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(hashlib.sha256(key).digest()).decode()


def dns_names(certificate: x509.Certificate) -> list[str]:
    """The DNS names that the certificate is for. A common name is none (RFC 9525 section 2)."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return extension.value.get_values_for_type(x509.DNSName)


def is_for(der: bytes, host: str) -> bool:
    """Whether the certificate is for this name, in ASCII and lower case (RFC 9525 section 6.3).

    A wildcard stands for one whole label, the first, and at least two more follow it.
    """
    try:
        names = dns_names(x509.load_der_x509_certificate(der))
    except UNREADABLE:
        return False
    _, _, rest = host.partition(".")
    wildcard = f"*.{rest}" if "." in rest else ""
    return any(name.isascii() and name.lower() in {host, wildcard} for name in names)


def shown(text: str) -> str:
    """The text cut, and with every sign that is not visible ASCII written as a number."""
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(sign if " " <= sign <= "~" or sign == "…" else f"\\x{ord(sign):02x}" for sign in cut)
