"""The dossier of a release: what is in its archive, as parts, and the key that signs it.

A part is a function of a version that gives names and contents of files; another slice of a release is one more line in
PARTS. What a part gives depends on the stored rows alone, so that the same release gives the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.cockpit.models import AppVersion, CheckReason, DossierKey, RunState
from portal.cockpit.states import APPROVED, AppState, StateForbids, Verb
from portal.keys.upstream import SecretSealed
from portal.lib.crypto import SealBroken
from portal.lib.dossier_file import as_json, pack

Files = Iterable[tuple[str, bytes]]
SUBMITTED = APPROVED | {AppState.WAITING}
# How a picture begins, and how its file is called.
PICTURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"RIFF", "webp"))


class DossierKeySealed(SecretSealed):
    """The key that signs dossiers does not open: the master key that sealed it is not configured."""

    message = _("The portal cannot open the key that signs dossiers.")


def _release(version: AppVersion) -> Files:
    told = {
        "tenant": version.tenant.name,
        "company": version.tenant.display_name,
        "application": version.application.internal_name,
        "version": version.version,
        "state": version.state,
        "configuration": {
            "display_name": version.display_name,
            "description": version.description,
            "content_security_policy": version.content_security_policy,
            "cache_control": version.cache_control,
            "components": version.components,
        },
        "scopes": version.full_scopes,
        "roles": [told | {"full_name": version.full_role(told["name"])} for told in version.roles],
        "release": {
            "description": version.release_description,
            "health_url": version.health_url,
            "credentials": version.credentials,
        },
        "approval": {
            "approved_by": version.approved_by,
            "alternate_email": version.alternate_email,
            "notice_language": version.notice_language,
        },
    }
    yield "release.json", as_json(told)


def _timeline(version: AppVersion) -> Files:
    begun = {"verb": "create", "state": AppState.IN_DEVELOPMENT.value, "note": "", "items": []}
    steps = [begun | {"at": _moment(version.created_at), "by": version.created_by}]
    for step in version.moves.order_by("pk"):
        told = {"verb": step.verb, "state": step.target, "note": step.note, "items": step.items}
        steps.append(told | {"at": _moment(step.at), "by": step.by_name})
    yield "timeline.json", as_json(steps)


def _notice(version: AppVersion) -> Files:
    if version.notice:
        yield "notice.txt", f"{version.notice}\n".encode()


def _approvals(version: AppVersion) -> Files:
    told = [
        {"at": _moment(step.at), "by": step.by_name} | (step.approval or {})
        for step in version.moves.filter(verb=Verb.APPROVE).order_by("pk")
    ]
    yield "approvals.json", as_json(told)


def _messages(version: AppVersion) -> Files:
    told = [
        {"side": row.side, "asks": row.asks, "text": row.text, "at": _moment(row.at), "by": row.by_name}
        for row in version.messages.order_by("pk")
    ]
    yield "messages.json", as_json(told)


def _contacts(version: AppVersion) -> Files:
    moments = ("named_at", "mailed_at", "confirmed_at", "declined_at", "replaced_at")
    told = [
        {"email": row.email, "language": row.language, "named_by": row.named_by, "mails": row.mails}
        | {name: _moment(getattr(row, name)) for name in moments}
        for row in version.contacts.order_by("pk")
    ]
    yield "contacts.json", as_json(told)


def _checks(version: AppVersion) -> Files:
    # Not those of later on: a release stays what it was.
    runs = version.check_runs.filter(state=RunState.DONE).exclude(why=CheckReason.WATCH)
    for run in runs.order_by("pk"):
        told = {"why": run.why, "asked_by": run.asked_by, "asked_at": _moment(run.asked_at)}
        yield f"checks/{run.pk}.json", as_json(told | {"ended_at": _moment(run.ended_at)} | run.results)


def _waivers(version: AppVersion) -> Files:
    told = [
        {
            "check": row.check_id,
            "reason": row.reason,
            "ends_on": row.ends_on.isoformat(),
            "by": row.by_name,
            "created_at": _moment(row.created_at),
            "withdrawn_at": _moment(row.withdrawn_at),
        }
        for row in version.waivers.order_by("pk")
    ]
    yield "waivers.json", as_json(told)


def _pictures(version: AppVersion) -> Files:
    for name in ("icon", "screenshot"):
        content = bytes(getattr(version, name) or b"")
        if content:
            ending = next((ending for start, ending in PICTURES if content.startswith(start)), "bin")
            yield f"{name}.{ending}", content


def _capture(version: AppVersion) -> Files:
    taken = version.captures.filter(state=RunState.DONE).order_by("-pk").first()
    if taken is not None and taken.picture is not None:
        told = {"url": taken.url, "status": taken.status, "refused": taken.refused, "taken_at": _moment(taken.ended_at)}
        yield "capture.json", as_json(told)
        yield "capture.png", bytes(taken.picture)


PARTS: list[Callable[[AppVersion], Files]] = [
    _release,
    _timeline,
    _notice,
    _approvals,
    _messages,
    _contacts,
    _checks,
    _waivers,
    _pictures,
    _capture,
]


def dossier(version: AppVersion) -> bytes:
    """The signed archive of all that was submitted and decided. Raises `StateForbids` before the submission."""
    if version.state not in SUBMITTED:
        raise StateForbids
    files: dict[str, bytes] = {}
    for part in PARTS:
        for name, content in part(version):
            if name in files:
                raise ValueError(f"Two parts of the dossier give {name}.")
            files[name] = content
    return pack(files, _private())


def file_name(version: AppVersion) -> str:
    """`acme-pumpadvisor-v1.0.0-dossier.zip`; signs that a file system could mind are left out."""
    kept = "".join(sign if sign.isalnum() or sign in ".-_" else "_" for sign in version.version)
    return f"{version.tenant.name}-{version.application.internal_name}-{kept}-dossier.zip"


def public_keys() -> str:
    """The public keys of all dossiers, newest first, as PEM blocks."""
    return "".join(key.public_pem for key in _keys())


def _private() -> Ed25519PrivateKey:
    key = _keys()[0]
    try:
        pem = settings.MASTER_KEYS.open(bytes(key.sealed), place=key.place)
    except SealBroken as error:
        raise DossierKeySealed from error
    return cast(Ed25519PrivateKey, load_pem_private_key(pem, password=None))


def _keys() -> list[DossierKey]:
    """All keys, newest first; the first one is made on first use, by one of several processes."""
    found = list(DossierKey.objects.all())
    if found:
        return found
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = DossierKey(kid=uuid.uuid4().hex[:16], public_pem=public.decode(), is_first=True)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.sealed = settings.MASTER_KEYS.seal(pem, place=key.place)
    try:
        with transaction.atomic():
            key.save()
    except IntegrityError:
        return list(DossierKey.objects.all())
    return [key]


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None
