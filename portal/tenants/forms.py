"""What people write about tenants and their members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.lib.addresses import normal
from portal.lib.names import TENANT_NAME
from portal.lib.visible import is_visible
from portal.permissions import Role
from portal.tenants.models import Membership, Package, Tenant

# Each in its own language: that is how somebody finds it.
LANGUAGE_NAMES = [("en", "English"), ("de", "Deutsch")]


def package_choices() -> list[tuple[str, str]]:
    """The packages with what tells them apart."""
    told = _("%(package)s: %(keys)s keys, %(calls)s calls a day")
    return [
        (
            package.value,
            told
            % {
                "package": package.value,
                "keys": number_format(constants.PACKAGES[package.value]["keys"], force_grouping=True),
                "calls": number_format(constants.PACKAGES[package.value]["calls_per_day"], force_grouping=True),
            },
        )
        for package in Package
    ]


class OneLineField(forms.CharField):
    """Text on one line, of printable characters; one that shows nothing counts as empty."""

    def to_python(self, value: Any) -> str:
        written = str(super().to_python(value))
        return written if is_visible(written) else ""

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value.isprintable():
            raise forms.ValidationError(_("Use letters, digits, spaces and signs on one line."))


class EmailField(forms.EmailField):
    """An e-mail address, in the one form in which addresses are compared."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        cleaned = str(super().clean(value))
        return normal(cleaned) if cleaned else ""


class TenantNameField(forms.RegexField):
    """Name of an account: at most 8 lower-case letters and digits."""

    def __init__(self, **kwargs: Any) -> None:
        message = _("Write 1 to 8 lower-case letters and digits, a letter first, for example acme.")
        super().__init__(
            rf"\A{TENANT_NAME}\Z",
            label=_("Account name"),
            max_length=8,
            error_messages={"invalid": message},
            **kwargs,
        )


class DomainField(forms.RegexField):
    """E-mail domain of a company, without the @."""

    def __init__(self, **kwargs: Any) -> None:
        message = _("Write a domain such as acme.example, without @ and without http.")
        part = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
        super().__init__(
            rf"\A{part}(\.{part})+\Z",
            label=_("E-mail domain"),
            max_length=253,
            error_messages={"invalid": message},
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()


class RolesField(forms.TypedMultipleChoiceField):
    """Some of the roles."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=Role.choices, coerce=Role, widget=forms.CheckboxSelectMultiple, empty_value=[], **kwargs
        )


class SearchForm(forms.Form):
    """Narrows a list by words."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )


class InviteForm(forms.Form):
    """Invites somebody into the tenant."""

    email = EmailField(
        label=_("E-mail address"),
        help_text=_("The person must sign in at Insights Hub with this address, verified there."),
    )
    roles = RolesField(label=_("Roles"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=LANGUAGE_NAMES)


class RolesForm(forms.Form):
    """Sets the roles that a member has here."""

    roles = RolesField(label=_("Roles given here"), required=False)

    def __init__(self, membership: Membership, written: Any = None) -> None:
        super().__init__(written, initial={"roles": membership.portal_roles})


class SettingsForm(forms.Form):
    """What a tenant's admins decide for their tenant."""

    display_name = OneLineField(label=_("Display name"), max_length=100)
    contact_email = EmailField(
        label=_("Contact"), required=False, help_text=_("Hears when the tenant is suspended or resumed.")
    )
    security_email = EmailField(
        label=_("Security contact"),
        required=False,
        help_text=_("Whom the operator asks when something is wrong with a key."),
    )
    key_max_days = forms.IntegerField(
        label=_("Longest life of a new binding key, in days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Empty: keys need not expire. Keys that are there already keep their end."),
    )
    key_approval = forms.BooleanField(
        label=_("A second admin must approve a new binding key before it works"),
        required=False,
        help_text=_(
            "Needs two admins in this tenant. Switching it off approves nothing that waits. Imported keys need no "
            "approval: one admin alone replaces the one with which the portal calls the Hub."
        ),
    )

    def __init__(self, tenant: Tenant, written: Any = None) -> None:
        super().__init__(written, initial={name: getattr(tenant, name) for name in self.base_fields})


class RequestForm(forms.Form):
    """Asks the operator for a tenant."""

    name = TenantNameField(
        help_text=_("As the welcome mail of Insights Hub names it; it is also the client URI and never changes.")
    )
    display_name = OneLineField(label=_("Display name"), max_length=100)
    company_name = OneLineField(label=_("Company"), max_length=100)
    company_domain = DomainField(help_text=_("What stands after the @ in the addresses of its people."))
    package = forms.ChoiceField(label=_("Package"), choices=package_choices)
    note = forms.CharField(
        label=_("What is it for?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The operator reads it. No secrets here."),
    )
