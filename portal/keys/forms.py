"""What people write about keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.hub import token_manager
from portal.keys import expiry, queries
from portal.keys.models import BindingKey, Source
from portal.keys.reach_forms import OptionsForm
from portal.lib.names import TENANT_NAME
from portal.tenants.forms import OneLineField


class NameField(OneLineField):
    """Name of an app connection: 3 to 60 printable characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=3, max_length=60, **kwargs)


# Choices of an expiry beside numbers of days.
ON_DATE, NEVER = "date", "never"


class CreateKeyForm(OptionsForm):
    """Creates a binding key; a name is all it takes."""

    field_order = ["name", "expires", "expires_on"]

    name = NameField(
        label=_("Provide a name for your app connection"),
        help_text=_("You find this key by its name later. 3 to 60 characters."),
    )
    expires = forms.ChoiceField(
        label=_("When does it expire?"),
        widget=forms.RadioSelect,
        help_text=_("From then on it is refused. An expired key counts against the package until it is revoked."),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        # Browsers know a date in this form alone, whatever the language.
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_("Only for a date of your choice. The key is valid until the end of this day, UTC."),
    )

    def __init__(self, most_days: int | None, *args: Any, **kwargs: Any) -> None:
        """`most_days` is the longest life that the tenant's policy allows, None when it allows any."""
        super().__init__(*args, **kwargs)
        self.first, self.last = expiry.in_days(1), expiry.last_day(most_days)
        choices = [(str(days), _until(days)) for days in expiry.presets(most_days)]
        choices.append((ON_DATE, gettext("On a date of your choice")))
        if most_days is None:
            choices.append((NEVER, gettext("It does not expire")))
        expires = cast(forms.ChoiceField, self.fields["expires"])
        expires.choices, expires.initial = choices, choices[0][0]
        self.fields["expires_on"].widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat()}

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What everybody decides."""
        return [self[name] for name in ("name", "expires", "expires_on")]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What may be left as it is."""
        return [self[name] for name in OptionsForm.base_fields]

    @property
    def more_is_open(self) -> bool:
        """Whether something was written or ticked there: nothing that decides the reach may be out of sight."""
        return any(field.errors or (self.is_bound and field.data) for field in self.more_fields)

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if self.cleaned_data.get("expires") != ON_DATE:
            return None
        if day is None or not self.first <= day <= self.last:
            span = {"first": expiry.shown(self.first), "last": expiry.shown(self.last)}
            raise forms.ValidationError(_("Choose a day from %(first)s to %(last)s.") % span)
        return day

    @property
    def expires_at(self) -> datetime | None:
        """The moment that was chosen, or None for never; of a valid form."""
        chosen: str = self.cleaned_data["expires"]
        if chosen == NEVER:
            return None
        day = self.cleaned_data["expires_on"] if chosen == ON_DATE else expiry.in_days(int(chosen))
        return expiry.end_of(day)


def _until(days: int) -> str:
    words = ngettext("After %(days)d day, on %(last)s", "After %(days)d days, on %(last)s", days)
    return words % {"days": days, "last": expiry.shown(expiry.in_days(days))}


class ImportKeyForm(forms.Form):
    """Imports the key with which the portal calls the Hub."""

    name = NameField(label=_("Name"), help_text=_("For example: Hub access of Bindery."))
    source = forms.ChoiceField(
        label=_("Where was it made?"),
        choices=[
            (choice.value, choice.label)
            for choice in (Source.TECHNICAL_USER, Source.BINDING_KEY, Source.APP_CREDENTIAL)
        ],
    )
    token_url = forms.URLField(
        label="TokenURL",
        max_length=200,
        assume_scheme="https",
        help_text=_("As the Hub shows it; it ends in /oauth/token. For an app credential, that of its Token Manager."),
    )
    client_id = forms.CharField(label="clientID", max_length=255)
    client_secret = forms.CharField(
        label="clientSecret",
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Sealed at once and never shown, not even here."),
    )
    app_name = forms.RegexField(
        rf"\A{token_manager.APP_NAME}\Z",
        label=_("Name of the application"),
        required=False,
        help_text=_("Only for an app credential: the internal name in the cockpit, such as demoapp."),
    )
    app_version = forms.RegexField(
        rf"\A{token_manager.APP_VERSION}\Z",
        label=_("Version of the application"),
        required=False,
        help_text=_("Only for an app credential, which belongs to one version, such as 1.0.0."),
    )
    host_tenant = forms.RegexField(
        rf"\A{TENANT_NAME}\Z",
        label=_("Tenant where the application lives"),
        required=False,
        help_text=_("Only for an app credential; this tenant, if you leave it empty."),
    )

    def __init__(self, tenant_name: str, *args: Any, **kwargs: Any) -> None:
        """`tenant_name` is that of the tenant whose data the key reads."""
        super().__init__(*args, **kwargs)
        self.tenant_name = tenant_name

    @property
    def full_token_url(self) -> str:
        """The TokenURL; that of an app credential says as well which application asks and for which tenant.

        Of a valid form.
        """
        written = self.cleaned_data
        if written["source"] != Source.APP_CREDENTIAL:
            return str(written["token_url"])
        return token_manager.token_url(
            written["token_url"].partition("?")[0],
            host_tenant=written["host_tenant"] or self.tenant_name,
            app_name=written["app_name"],
            app_version=written["app_version"],
            user_tenant=self.tenant_name,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("source") == Source.APP_CREDENTIAL:
            for name in ("app_name", "app_version"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(
                        name, gettext("An app credential works for one version of one application: write it.")
                    )
            if cleaned.get("token_url") and not self._leads_to_token_manager(cleaned["token_url"]):
                self.add_error(
                    "token_url", gettext("Write the address of the Technical Token Manager, without a query.")
                )
        return cleaned

    def _leads_to_token_manager(self, token_url: str) -> bool:
        # A query is replaced by the fields: none may say anything else.
        if not token_manager.is_meant_by(token_url):
            return False
        return bool(self.errors) or token_manager.says_no_more(token_url, self.full_token_url)


class RevokeKeyForm(forms.Form):
    """Asks for the key's name before it is revoked."""

    name_typed = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, key: BindingKey, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        self.fields["name_typed"].label = _("Type %(name)s to confirm") % {"name": key.name}

    def clean_name_typed(self) -> str:
        typed: str = self.cleaned_data["name_typed"]
        if typed != self.key.name:
            raise forms.ValidationError(_("This is not the name of the key. Nothing was revoked."))
        return typed


class SecretForm(forms.Form):
    """A secret that comes back from the page that showed it."""

    client_secret = forms.CharField(max_length=200)


class KeyFilterForm(forms.Form):
    """Narrows and sorts the list of keys, and what is exported of it."""

    STATES = (("", _("All")), *((word, queries.BADGES[word].label) for word in queries.STATES))
    SORTS = (
        ("", _("Newest first")),
        ("name", _("Name")),
        ("last_used", _("Longest unused first")),
        ("expires", _("Soonest expiry first")),
    )

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    unused = forms.IntegerField(label=_("Unused for days"), required=False, min_value=1, max_value=expiry.MOST_DAYS)
    expires = forms.IntegerField(label=_("Expires in days"), required=False, min_value=0, max_value=expiry.MOST_DAYS)
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)

    @property
    def narrowed_by(self) -> dict[str, str]:
        """What leaves keys out, as the address has it; of the filters that are valid."""
        narrowing = {name: value for name, value in self.cleaned_data.items() if name != "sort"}
        return {name: str(value) for name, value in narrowing.items() if value not in ("", None)}
