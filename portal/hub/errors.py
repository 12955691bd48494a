"""What can go wrong between the portal and the Hub, in words that a user may read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal


class HubError(Refusal):
    """Base of all faults of the Hub or the way to it."""

    code = "hub_error"
    status = 502
    message = _("Insights Hub gave an answer that the portal does not understand.")
    advice = _("Try again in a few minutes. If it lasts, give the operator the request id.")


class HubUnavailable(HubError):
    code = "hub_unavailable"
    message = _("Insights Hub cannot be reached at the moment.")


class HubTimeout(HubError):
    code = "hub_timeout"
    status = 504
    message = _("Insights Hub did not answer in time.")


class HubCredentialRefused(HubError):
    code = "hub_credential_refused"
    message = _("Insights Hub refuses the credential that the portal holds for this tenant.")
    advice = _("A tenant admin imports a valid technical user under Binding keys.")


class NoHubCredential(HubError):
    code = "no_hub_credential"
    message = _("The portal holds no credential to call Insights Hub for this tenant.")
    advice = _("A tenant admin imports a technical user or binding key under Binding keys.")


class UnknownEnvironment(HubError):
    code = "unknown_environment"
    message = _("The environment of this tenant is not configured in this portal.")
    advice = _("The operator adds it to HUB_ENVIRONMENTS.")


class NumericIdMissing(HubError):
    code = "numeric_id_missing"
    status = 409
    message = _("Where this tenant lives, Insights Hub knows tenants by a number of 10 digits. This one has none here.")
    advice = _("The operator adds the tenant's numeric id.")


class HubRefused(HubError):
    """The Hub answered a call of the portal with an error of its own."""

    code = "hub_refused"
    message = _("Insights Hub refused the call.")

    def __init__(self, status: int, logref: str = "") -> None:
        self.hub_status = status
        # The Hub's own handle for this failure: its support asks for it.
        self.logref = logref
        self.detail = f"{status} {logref}".strip()
        super().__init__(_("Insights Hub refused the call with status %(status)s.") % {"status": status})
