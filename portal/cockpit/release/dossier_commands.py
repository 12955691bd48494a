"""Taking the dossier of a release away."""

from __future__ import annotations

import hashlib

from django.db import transaction

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import AppVersion
from portal.cockpit.release.dossier import dossier


@transaction.atomic(durable=True)
def take_dossier(version: AppVersion, *, by: Actor) -> bytes:
    """The signed archive. The audit log says from now on who has it, and by its SHA-256 which one it was."""
    taken = dossier(version)
    told = events.DossierTaken(
        app=version.application.internal_name, version=version.version, sha256=hashlib.sha256(taken).hexdigest()
    )
    record(told, by=by, subject=version.subject)
    return taken
