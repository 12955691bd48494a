"""Is everything there that the portal needs? One function per dependency, each with a stable name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.hub import transport
from portal.hub.errors import HubError
from portal.identity.providers import providers
from portal.keys.models import SigningKey
from portal.lib.crypto import SealBroken


@dataclass(frozen=True)
class Finding:
    """What one check found. `needed` says that without it the portal cannot do its work."""

    name: str
    label: str | Promise
    ok: bool
    needed: bool
    advice: str | Promise = ""


def database() -> Finding:
    """The database answers a query."""
    label = _("Database answers")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return Finding("database", label, False, True, _("Start the database, or correct DATABASE_URL."))
    return Finding("database", label, True, True)


# The least that reaches the disk with the commit. What is rolled back does not: on a full disk it passes. SQLite writes
# its first page, PostgreSQL the lock of a row; both leave nothing behind.
WRITE = {
    "sqlite": "PRAGMA user_version = 0",
    "postgresql": "SELECT id FROM django_migrations ORDER BY id LIMIT 1 FOR UPDATE",
}


def writes() -> Finding:
    """The database keeps what is written. It is waited for as long as a request waits (5 seconds), then it is busy."""
    label = _("Database keeps what is written")
    advice = _("Free disk space where the database is. If there is some, look for what keeps the database locked.")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WRITE[connection.vendor])
    except (DatabaseError, InterfaceError):
        return Finding("database_writes", label, False, True, advice)
    return Finding("database_writes", label, True, True)


def migrations() -> Finding:
    """The database has the tables of this version."""
    label = _("Database has the tables of this version")
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        missing = [(None, False)]  # type: ignore[list-item]
    return Finding("migrations", label, not missing, True, _("Run python manage.py migrate."))


def master_keys() -> Finding:
    """The configured master keys open the portal's own signing keys."""
    label = _("Master keys open the signing keys")
    try:
        for key in SigningKey.objects.all():
            settings.MASTER_KEYS.open(bytes(key.sealed), place=key.place)
    except (SealBroken, DatabaseError, InterfaceError):
        return Finding("master_keys", label, False, True, _("Add the missing key to PORTAL_MASTER_KEYS."))
    return Finding("master_keys", label, True, True)


# A load balancer does not wait for a slow Hub (seconds).
PROBE_PATIENCE = 1.0


def hub_identity() -> Finding:
    """The Hub's identity hosts publish their keys; without one its people cannot sign in, but keys go on working."""
    label = _("Identity of Insights Hub answers")
    for provider in providers():
        try:
            transport.json_object(transport.call("GET", provider.keys_url, patience=PROBE_PATIENCE))
        except HubError:
            own = _("Check OIDC_IDENTITY_URL and the way to the Hub.")
            advice = _("Check OIDC_PROVIDERS and the way to the Hub.") if provider.label else own
            return Finding("hub_identity", label, False, False, advice)
    return Finding("hub_identity", label, True, False)


CHECKS: tuple[Callable[[], Finding], ...] = (database, writes, migrations, master_keys, hub_identity)

# Probes come every few seconds and from everybody: the answer is kept this long (seconds), so that they cost nothing.
KEPT_SECONDS = 5
_kept: tuple[float, list[Finding]] = (0.0, [])
_checking = Lock()


def findings() -> list[Finding]:
    """What all checks found, at most KEPT_SECONDS old, or the last findings while somebody else is checking."""
    global _kept
    if _is_stale() and _checking.acquire(blocking=not _kept[1]):
        try:
            if _is_stale():  # whoever held the lock may have checked
                found = [check() for check in CHECKS]
                _kept = (time.monotonic(), found)
        finally:
            _checking.release()
    return _kept[1]


def _is_stale() -> bool:
    checked_at, found = _kept
    return not found or time.monotonic() - checked_at > KEPT_SECONDS


def forget() -> None:
    """Check again on the next question."""
    global _kept
    _kept = (0.0, [])


def colour(found: list[Finding]) -> str:
    """The Hub's word for it: green, yellow when something is missing, red when it is needed."""
    if all(finding.ok for finding in found):
        return "green"
    return "red" if any(not finding.ok for finding in found if finding.needed) else "yellow"
