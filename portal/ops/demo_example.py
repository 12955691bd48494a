"""The example application of `make run`: its certificate, what the others must know of it, and a draft to begin with.

The application itself stands for the outside world: `portal/emulator/example/`. Its certificate is of an authority that
is made for it and forgotten at once: nobody can make a second one. Only the processes of the demo are told of it.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from portal.lib.names import LOOPBACK

# Below .localhost, which means this machine everywhere (RFC 6761 section 6.3).
HOST = "pumpboard.localhost"
LIFETIME = timedelta(days=365)
# The checks tell a certificate that ends within 30 days.
RENEWED_BEFORE = timedelta(days=60)
PICTURE = "/_emulator/static/pump-board.png"


@dataclass(frozen=True)
class Example:
    """The example application on one port, with its files in one folder."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """What a developer writes down as its external URL."""
        return f"https://{HOST}:{self.port}/"

    @property
    def arguments(self) -> list[str]:
        """For Python: how it is served."""
        return [
            "-m",
            "gunicorn",
            "--no-control-socket",
            "--worker-class=gthread",
            "--threads=8",
            f"--bind={LOOPBACK}:{self.port}",
            f"--certfile={self.folder / 'chain.pem'}",
            f"--keyfile={self.folder / 'key.pem'}",
            "--log-level=critical",  # a browser that does not know the authority is no news
            "portal.emulator.example.wsgi",
        ]

    def prepare(self, environment: MutableMapping[str, str]) -> None:
        """Make its certificate unless there is a fresh one, and let the checks and the gateway find and trust it.

        What the environment has for them already, stays.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._is_fresh():
            self._make_certificate()
        for name in ("PORTAL_READINESS_CA_FILE", "EMULATOR_UPSTREAM_CA"):
            environment[name] = self._trusted(name, environment.get(name, ""))
        for name, value in (("PORTS", str(self.port)), ("NETWORKS", LOOPBACK)):
            variable = f"PORTAL_READINESS_{name}"
            environment[variable] = ",".join(filter(None, [environment.get(variable, ""), value]))
        environment["PORTAL_EXAMPLE_URL"] = self.url

    def _is_fresh(self) -> bool:
        try:
            held = x509.load_pem_x509_certificate((self.folder / "chain.pem").read_bytes())
        except (OSError, ValueError):
            return False
        return held.not_valid_after_utc - RENEWED_BEFORE > datetime.now(UTC)

    def _make_certificate(self) -> None:
        authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the Bindery demo")])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        identifier = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
        root = (
            _certificate(issuer, issuer, authority.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .add_extension(identifier, critical=False)
            .sign(authority, hashes.SHA256())
        )
        leaf = (
            _certificate(subject, issuer, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(authority, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        for name, content in (
            ("key", private),
            ("authority", root.public_bytes(pem)),
            ("chain", leaf.public_bytes(pem)),
        ):
            _write(self.folder / f"{name}.pem", content)

    def _trusted(self, name: str, given: str) -> str:
        """A file with the authority, and with those that the deployment named itself."""
        authority = self.folder / "authority.pem"
        try:
            others = Path(given).read_bytes() if given else b""
        except OSError:
            return given  # whoever reads it says what is wrong with it
        if not others:
            return str(authority)
        path = self.folder / f"{name.lower()}.pem"
        _write(path, others + b"\n" + authority.read_bytes())
        return str(path)


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    named = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    dated = named.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + LIFETIME)
    return dated.serial_number(x509.random_serial_number())


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
