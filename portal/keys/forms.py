"""What people write about keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.keys.models import BindingKey, Source


class NameField(forms.CharField):
    """Name of an app connection: 3 to 60 printable characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=3, max_length=60, **kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value.isprintable():
            raise forms.ValidationError(_("Use letters, digits, spaces and signs on one line."))


class CreateKeyForm(forms.Form):
    """Creates a binding key."""

    name = NameField(
        label=_("Provide a name for your app connection"),
        help_text=_("You find this key by its name later. 3 to 60 characters."),
    )


class ImportKeyForm(forms.Form):
    """Imports the key with which the portal calls the Hub."""

    name = NameField(label=_("Name"), help_text=_("For example: Hub access of Bindery."))
    source = forms.ChoiceField(
        label=_("Where was it made?"),
        choices=[(choice.value, choice.label) for choice in (Source.TECHNICAL_USER, Source.BINDING_KEY)],
    )
    token_url = forms.URLField(
        label="TokenURL",
        max_length=200,
        assume_scheme="https",
        help_text=_("As the Hub shows it; it ends in /oauth/token."),
    )
    client_id = forms.CharField(label="clientID", max_length=255)
    client_secret = forms.CharField(
        label="clientSecret",
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Sealed at once and never shown, not even here."),
    )


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
    """Narrows the list of keys."""

    STATES = (("", _("All")), ("active", _("Active")), ("revoked", _("Revoked")))

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
