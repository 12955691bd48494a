"""What the tests of applications look at afterwards."""

from __future__ import annotations

from typing import Any

from portal.audit.models import AuditRecord
from portal.cockpit.models import AppVersion


def again(version: AppVersion) -> AppVersion:
    """The version as the database has it now."""
    return AppVersion.all_tenants.select_related("application", "tenant").get(pk=version.pk)


def recorded(name: str) -> list[dict[str, Any]]:
    """The facts of the records with this name, with who and about what, oldest first."""
    rows = AuditRecord.all_tenants.filter(name=name).order_by("index")
    return [row.facts | {"by": row.actor_name, "subject": row.subject} for row in rows]


def content(version: AppVersion) -> dict[str, Any]:
    """Everything of a version but its state."""
    row = AppVersion.all_tenants.values().get(pk=version.pk)
    return {name: value for name, value in row.items() if not name.startswith("state")}
