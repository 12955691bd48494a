"""A signed archive: the same files under the same key give the same bytes, and anybody can check them offline.

Nothing is packed, because compressors differ; names are in order, times fixed. `MANIFEST.json` names the SHA-256 of
each file, `MANIFEST.sig` is its Ed25519 signature (RFC 8032, 64 bytes). docs/dossier.md tells the format.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

FORMAT = "bindery-dossier/1"
MANIFEST, SIGNATURE = "MANIFEST.json", "MANIFEST.sig"
EPOCH = (1980, 1, 1, 0, 0, 0)
# Of all files together, unpacked (bytes): more is no dossier.
LIMIT = 64 * 1024**2


class Verdict(IntEnum):
    """What a check found; the numbers are the exit codes of `manage.py dossier verify`. 2 is wrong usage."""

    GENUINE = 0
    CHANGED = 1
    MISSING = 3
    EXTRA = 4
    WRONG_KEY = 5
    UNREADABLE = 6


@dataclass(frozen=True)
class Finding:
    """The verdict, and which file it is about; the fingerprint of the key where the signature is right."""

    verdict: Verdict
    about: str = ""


def pack(files: Mapping[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """The archive of these files with its manifest, signed."""
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = as_json({"format": FORMAT, "public_key": public, "files": hashes})
    return _zipped({**files, MANIFEST: manifest, SIGNATURE: key.sign(manifest)})


def as_json(told: object) -> bytes:
    """JSON that is the same for the same content: keys in order, two blanks, UTF-8, a line break at the end."""
    return (json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def verify(data: bytes, trusted: Iterable[Ed25519PublicKey] | None) -> Finding:
    """Check an archive against the trusted keys; None takes the key that the archive itself names.

    The latter says only that the archive is whole: whoever changes one can sign it with another key.
    """
    try:
        files = _unzipped(data)
    except zipfile.BadZipFile as error:
        return Finding(Verdict.CHANGED if "CRC" in str(error) else Verdict.UNREADABLE, str(error))
    except (ValueError, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        return Finding(Verdict.UNREADABLE, str(error))
    for needed in (MANIFEST, SIGNATURE):
        if needed not in files:
            return Finding(Verdict.MISSING, needed)
    manifest, signature = files.pop(MANIFEST), files.pop(SIGNATURE)
    try:
        told = json.loads(manifest)
        named: dict[str, str] = dict(told["files"])
        keys = [own_key(told["public_key"])] if trusted is None else list(trusted)
        if told["format"] != FORMAT:
            return Finding(Verdict.UNREADABLE, str(told["format"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Finding(Verdict.CHANGED, MANIFEST)
    signer = next((key for key in keys if _signed(key, signature, manifest)), None)
    if signer is None:
        return Finding(Verdict.WRONG_KEY, MANIFEST)
    for name in sorted(named.keys() | files.keys()):
        if name not in files:
            return Finding(Verdict.MISSING, name)
        if name not in named:
            return Finding(Verdict.EXTRA, name)
        if hashlib.sha256(files[name]).hexdigest() != named[name]:
            return Finding(Verdict.CHANGED, name)
    # Comments, times, what lies between the files: all of it is fixed.
    if _zipped({**files, MANIFEST: manifest, SIGNATURE: signature}) != data:
        return Finding(Verdict.CHANGED, "the archive around its files")
    return Finding(Verdict.GENUINE, fingerprint(signer))


def own_key(pem: str | bytes) -> Ed25519PublicKey:
    """The public key in a PEM block; raises `ValueError` for anything else."""
    key = load_pem_public_key(pem.encode() if isinstance(pem, str) else pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("this is no Ed25519 public key")
    return key


def keys_of(pem: bytes) -> list[Ed25519PublicKey]:
    """All public keys of a file with one or more PEM blocks; raises `ValueError`."""
    end = b"-----END PUBLIC KEY-----"
    found = [own_key(block + end) for block in pem.split(end)[:-1]]
    if not found:
        raise ValueError("there is no PEM block of a public key")
    return found


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's DER form (SubjectPublicKeyInfo)."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _signed(key: Ed25519PublicKey, signature: bytes, manifest: bytes) -> bool:
    try:
        key.verify(signature, manifest)
    except InvalidSignature:
        return False
    return True


def _zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return written.getvalue()


def _unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > LIMIT:
            raise ValueError("it is too large")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError("a file in it is packed")
        if len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("a name is there twice")
        return {entry.filename: archive.read(entry) for entry in entries}
