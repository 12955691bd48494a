"""What the audit log tells of tenants and their members."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event
from portal.permissions import roles_in_words


@event("tenant.created", _("created the tenant {tenant}"))
class TenantCreated(Event):
    tenant: str
    display_name: str
    environment: str


@event("member.changed", _("is now {roles} (was {before})"))
class MemberChanged(Event):
    roles: str
    before: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return {name: roles_in_words(recorded[name]) for name in ("roles", "before")}


@event("member.removed", _("is no member any more: the Hub gives no role"))
class MemberRemoved(Event):
    before: str
