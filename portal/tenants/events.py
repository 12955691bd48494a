"""What the audit log tells of tenants and their members."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event


@event("tenant.created", _("created the tenant {tenant}"))
class TenantCreated(Event):
    tenant: str
    display_name: str
    environment: str


@event("member.changed", _("is now {roles} (was {before})"))
class MemberChanged(Event):
    roles: str
    before: str


@event("member.removed", _("is no member any more: the Hub gives no role"))
class MemberRemoved(Event):
    before: str
