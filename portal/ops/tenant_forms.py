"""What the operator writes about tenants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.hub.environments import environments
from portal.tenants.commands import ORDER_FIELDS
from portal.tenants.forms import LANGUAGE_NAMES, DomainField, EmailField, OneLineField, TenantNameField, package_choices
from portal.tenants.models import Package, Tenant
from portal.tenants.states import TenantState


def _environment_choices() -> list[tuple[str, str]]:
    return [(place.name, f"{place.label} ({place.region})") for place in environments().values()]


class OrderForm(forms.Form):
    """Orders a tenant."""

    name = TenantNameField(help_text=_("As at the Hub. It is the client URI, and it never changes."))
    display_name = OneLineField(label=_("Display name"), max_length=100)
    company_name = OneLineField(label=_("Company"), max_length=100)
    company_domain = DomainField(help_text=_("What stands after the @ in the addresses of its people."))
    environment = forms.ChoiceField(label=_("Environment"), choices=_environment_choices)
    numeric_id = forms.RegexField(
        r"\A[0-9]{10}\Z",
        label=_("Numeric id"),
        required=False,
        error_messages={"invalid": _("Exactly 10 digits.")},
        help_text=_("10 digits; needed for a tenant that lives in the Xcelerator world."),
    )
    package = forms.ChoiceField(label=_("Package"), choices=package_choices)
    first_admin_email = EmailField(
        label=_("First admin"), help_text=_("Gets the welcome mail. Must sign in at the Hub with this address.")
    )
    first_admin_language = forms.ChoiceField(label=_("Language of the welcome mail"), choices=LANGUAGE_NAMES)
    client_id = OneLineField(
        label="clientID",
        max_length=255,
        help_text=_("Of the technical user with which the portal reads the tenant's assets."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    client_secret = forms.CharField(
        label="clientSecret",
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Sealed at once and never shown, not even here."),
    )

    def clean_package(self) -> Package:
        return Package(self.cleaned_data["package"])

    def clean(self) -> dict[str, Any]:
        written = super().clean() or {}
        place = environments().get(written.get("environment", ""))
        if place is not None and place.needs_numeric_id and not written.get("numeric_id"):
            self.add_error("numeric_id", _("In this environment a tenant is known by its 10 digits."))
        return written


class CorrectionForm(OrderForm):
    """Corrects an order; the name is what it is, and the secret only changes when one is written."""

    def __init__(self, tenant: Tenant, client_id: str, written: Any = None) -> None:
        told = {name: getattr(tenant, name) for name in ORDER_FIELDS}
        super().__init__(written, initial={**told, "client_id": client_id})
        del self.fields["name"]
        self.fields["client_secret"].required = False
        self.fields["client_secret"].help_text = _("Leave empty to keep the one that is sealed.")

    def clean(self) -> dict[str, Any]:
        written = super().clean()
        # A secret goes with its clientID, and is sent to the identity host that follows from these.
        moved = {"client_id", "environment", "numeric_id"} & set(self.changed_data)
        if moved and not written.get("client_secret"):
            self.add_error("client_secret", _("Write it, too: it belongs to this clientID and this environment."))
        return written


class ReasonForm(forms.Form):
    """Wants a reason that others will read."""

    def __init__(self, reader: str, written: Any = None, max_length: int = 200) -> None:
        super().__init__(written)
        self.fields["reason"] = OneLineField(label=_("Reason"), max_length=max_length, help_text=reader)


class NameTypedForm(forms.Form):
    """Asks for the tenant's name before something that cannot be undone."""

    name_typed = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, tenant: Tenant, written: Any = None) -> None:
        super().__init__(written)
        self.tenant = tenant
        self.fields["name_typed"].label = _("Type %(name)s to confirm") % {"name": tenant.name}

    def clean_name_typed(self) -> str:
        typed: str = self.cleaned_data["name_typed"]
        if typed != self.tenant.name:
            raise forms.ValidationError(_("This is not the name of the tenant. Nothing was changed."))
        return typed


class PackageForm(forms.Form):
    """Chooses a package."""

    package = forms.ChoiceField(label=_("Package"), choices=package_choices)

    def clean_package(self) -> Package:
        return Package(self.cleaned_data["package"])


class FirstAdminForm(forms.Form):
    """Invites an admin on behalf of the tenant."""

    email = EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=LANGUAGE_NAMES)


class TenantFilterForm(forms.Form):
    """Narrows the list of tenants."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *TenantState.choices])
