"""Reading tenants and memberships across tenants, for one person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.audit.events import Outcome
from portal.audit.models import AuditRecord
from portal.identity.models import User
from portal.tenants.models import Membership, Tenant


def memberships_of(user: User) -> QuerySet[Membership]:
    """All memberships of a person with their tenants, by display name."""
    return Membership.of(user).order_by("tenant__display_name", "tenant__name")


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
