"""Reading tenants and memberships across tenants, for one person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.audit.events import Outcome
from portal.audit.models import AuditRecord
from portal.audit.queries import ShownRecord, shown, uses_of
from portal.identity.models import User
from portal.tenants.models import Invitation, Membership, ProvisioningStep, StepState, Tenant, TenantRequest
from portal.tenants.states import TenantState

# Records on the operator's page of a tenant; the activity page has them all.
HISTORY_SHOWN = 20


def memberships_of(user: User) -> QuerySet[Membership]:
    """All memberships of a person with their tenants, by display name."""
    return Membership.of(user).order_by(Lower("tenant__display_name"), "tenant__name")


def latest_request(user: User) -> TenantRequest | None:
    """What this person last asked the operator for."""
    return TenantRequest.objects.filter(requested_by=user).order_by("-created_at", "-pk").first()


def members(words: str) -> QuerySet[Membership]:
    """The members of the active tenant whose name or address contains the words, by name."""
    found = Membership.objects.select_related("user").order_by(Lower("user__name"), "pk")
    return found.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words)) if words else found


def unanswered_invitations() -> QuerySet[Invitation]:
    """The invitations of the active tenant that nobody accepted or withdrew, newest first, expired ones as well."""
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None).order_by("-created_at", "-pk")


def tenants(words: str, state: str) -> QuerySet[Tenant]:
    """All tenants for the operator whose name, number, company or domain contains the words, by name."""
    found = Tenant.objects.order_by("name")
    if words:
        parts = ("name", "numeric_id", "display_name", "company_name", "company_domain")
        found = found.filter(reduce(or_, (Q(**{f"{part}__icontains": words}) for part in parts)))
    return found.filter(state=state) if state else found


def failed_provisionings() -> list[ProvisioningStep]:
    """The steps at which provisionings stopped, of all tenants that are still to be set up, for the operator."""
    stopped = ProvisioningStep.all_tenants.filter(state=StepState.FAILED, tenant__state=TenantState.PROVISIONING)
    return list(stopped.select_related("tenant").order_by("tenant__name"))


def admin_names() -> list[str]:
    """Who administers the active tenant."""
    return [f"{admin.user.name} ({admin.user.email})" for admin in Membership.admins()]


def history(tenant: Tenant) -> list[ShownRecord]:
    """What happened to the active tenant as a whole, newest first, as far as a page shows it."""
    return [shown(record) for record in uses_of(tenant.subject)[:HISTORY_SHOWN]]


@dataclass(frozen=True)
class FirstStep:
    """One of the three steps of a new tenant."""

    title: str
    detail: str
    url: str
    done: bool


def first_steps(tenant_name: str) -> list[FirstStep] | None:
    """The way from nothing to a value read, ticked by what the audit log knows; None once all is done."""
    happened = AuditRecord.objects.filter(outcome=Outcome.OK)
    key_created, token_issued, value_read = Tenant.objects.values_list(
        *(Exists(happened.filter(name=name)) for name in ("key.created", "token.issued", "call.answered"))
    ).get(name=tenant_name)
    if key_created and token_issued and value_read:
        return None
    keys = reverse("keys:list", args=[tenant_name])
    return [
        FirstStep(
            _("Create a binding key"),
            _("A name is all it takes. You get a clientID and a clientSecret."),
            reverse("keys:create", args=[tenant_name]),
            key_created,
        ),
        FirstStep(
            _("Get a token with it"),
            _("One curl line, ready to copy on the page of the key."),
            keys,
            token_issued,
        ),
        FirstStep(
            _("Read a value"),
            _("With the token, call the Hub's APIs on this portal: first the assets, then a time series."),
            reverse("assets:list", args=[tenant_name]),
            value_read,
        ),
    ]
