"""What the audit log tells of tenants and their members."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event
from portal.permissions import roles_in_words
from portal.tenants.models import StepName


class _WithRoles(Event):
    """Records roles by name, tells them in words."""

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return {name: roles_in_words(recorded[name]) for name in ("roles", "before") if name in recorded}


# What orders and settings consist of, as a sentence names it.
FIELDS = {
    "display_name": _("display name"),
    "company_name": _("company"),
    "company_domain": _("e-mail domain"),
    "environment": _("environment"),
    "numeric_id": _("numeric id"),
    "package": _("package"),
    "first_admin_email": _("first admin"),
    "first_admin_language": _("language of the welcome mail"),
    "credential": _("clientID and clientSecret"),
    "contact_email": _("contact"),
    "security_email": _("security contact"),
    "key_max_days": _("longest life of a key"),
    "key_approval": _("approval of keys"),
}


class _WithFields(Event):
    """Records which fields changed by name, tells them in words."""

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        names = recorded["fields"].split(", ")
        return {"fields": ", ".join(str(FIELDS.get(name, name)) for name in names)}


@event("tenant.ordered", _("ordered the tenant {tenant} for {first_admin}"))
class TenantOrdered(Event):
    tenant: str
    display_name: str
    environment: str
    package: str
    first_admin: str


@event("tenant.corrected", _("corrected the order of this tenant ({fields})"))
class OrderCorrected(_WithFields):
    fields: str


class _WithStep(Event):
    """Records a step by name, tells it in words."""

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        labels = dict(StepName.choices)
        return {"step": labels.get(recorded["step"], recorded["step"])}


@event("provisioning.failed", _("could not finish a step of the provisioning: {step}"))
class StepStopped(_WithStep):
    step: str
    reason: str


@event("provisioning.retried", _("let a step of the provisioning run again: {step}"))
class StepRetried(_WithStep):
    step: str


@event("tenant.activated", _("finished the provisioning; the tenant is active"))
class TenantActivated(Event):
    tenant: str


@event("tenant.cancelled", _("cancelled the order of this tenant"))
class OrderCancelled(Event):
    tenant: str


@event("tenant.suspended", _("suspended this tenant: {why}"))
class TenantSuspended(Event):
    why: str


@event("tenant.resumed", _("resumed this tenant"))
class TenantResumed(Event):
    tenant: str


@event("tenant.archived", _("archived this tenant"))
class TenantArchived(Event):
    tenant: str


@event("tenant.package_changed", _("changed the package from {before} to {package}"))
class PackageChanged(Event):
    package: str
    before: str


@event("tenant.settings_changed", _("changed settings of this tenant ({fields})"))
class SettingsChanged(_WithFields):
    fields: str


@event("tenant.sessions_ended", _("ended all sessions in this tenant"))
class SessionsEnded(Event):
    tenant: str


@event("tenant.requested", _("asked for the tenant {tenant}"))
class TenantRequested(Event):
    tenant: str
    display_name: str


@event("tenant.request_withdrawn", _("withdrew the request for the tenant {tenant}"))
class RequestWithdrawn(Event):
    tenant: str


@event("tenant.request_accepted", _("accepted the request for the tenant {tenant}"))
class RequestAccepted(Event):
    tenant: str


@event("tenant.request_declined", _("declined the request for the tenant {tenant}: {why}"))
class RequestDeclined(Event):
    tenant: str
    why: str


@event("member.changed", _("is now {roles} (was {before})"))
class MemberChanged(_WithRoles):
    roles: str
    before: str


@event("member.removed", _("is no member any more: the Hub gives no role"))
class MemberRemoved(Event):
    before: str


@event("member.invited", _("invited {email} as {roles}"))
class MemberInvited(_WithRoles):
    email: str
    roles: str


@event("member.invitation_accepted", _("accepted the invitation as {roles}"))
class InvitationAccepted(_WithRoles):
    email: str
    roles: str


@event("member.invitation_withdrawn", _("withdrew the invitation of {email}"))
class InvitationWithdrawn(Event):
    email: str


@event("member.roles_given", _("set the roles of {member} to {roles} (before: {before})"))
class MemberRolesGiven(_WithRoles):
    member: str
    roles: str
    before: str


@event("member.taken_out", _("took {member} out of this tenant"))
class MemberTakenOut(Event):
    member: str
    before: str


@event("member.left", _("left this tenant"))
class MemberLeft(Event):
    before: str
