"""The form of a client secret made here: `bnd_`, 43 random characters, 6 characters of checksum.

The prefix lets scanners find a leaked secret, the checksum tells a misspelt secret from a wrong one without a look
into the database, and 43 characters of base 62 carry 256 random bits, so that one SHA-256 is verifier enough.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib

from portal.lib.secret import Secret

PREFIX = "bnd_"
ALPHABET = string.digits + string.ascii_letters
BODY_LENGTH = 43
CHECKSUM_LENGTH = 6
PATTERN = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{BODY_LENGTH + CHECKSUM_LENGTH}}}")


def _checksum(body: str) -> str:
    number = zlib.crc32((PREFIX + body).encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def generate() -> Secret:
    """A new secret with 256 bits of randomness."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH))
    return Secret(PREFIX + body + _checksum(body))


def is_well_formed(secret: str) -> bool:
    """Whether prefix, alphabet, length and checksum agree; False means the secret was misspelt or cut off."""
    if not PATTERN.fullmatch(secret):
        return False
    body = secret[len(PREFIX) : -CHECKSUM_LENGTH]
    return hmac.compare_digest(_checksum(body), secret[-CHECKSUM_LENGTH:])


def verifier(secret: str) -> str:
    """What is kept to recognise a secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, expected: str) -> bool:
    """Whether a presented secret has this verifier, compared in constant time."""
    return hmac.compare_digest(verifier(secret), expected)


def hint(secret: str) -> str:
    """The part that may be shown to recognise a secret: prefix and last four characters."""
    return f"{PREFIX}…{secret[-4:]}"
