"""What people write about the reach of a key."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.keys.models import BindingKey
from portal.keys.reach import MOST_NETWORKS, KeyOptions, NetworkRefused, network
from portal.lib import client_secret
from portal.lib.forms import SeenForm
from portal.lib.route_names import ROUTE_NAMES
from portal.tenants.forms import EmailField, OneLineField


class NetworksField(forms.CharField):
    """Addresses and networks, one per line, as `portal.keys.reach.network` stores them."""

    def __init__(self, **kwargs: Any) -> None:
        rows = forms.Textarea({"rows": 3, "spellcheck": "false", "autocapitalize": "none"})
        super().__init__(required=False, max_length=2000, widget=rows, **kwargs)

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(lines) > MOST_NETWORKS:
            raise forms.ValidationError(_("Write at most %(most)d lines.") % {"most": MOST_NETWORKS})
        try:
            return list(dict.fromkeys(network(line) for line in lines))
        except NetworkRefused as refused:
            raise forms.ValidationError(_said(refused)) from refused


def _said(refused: NetworkRefused) -> str:
    if refused.instead:
        words = _("%(line)s is one address inside %(instead)s. Write that network, or the address without the slash.")
        return words % {"line": refused.line, "instead": refused.instead}
    return _("%(line)s is no network. Write one such as 192.0.2.7, 198.51.100.0/24 or 2001:db8::/32 on each line.") % {
        "line": refused.line[:50]
    }


class OptionsForm(forms.Form):
    """What is decided about a key beside its name and its end; all of it may be left out."""

    routes = forms.MultipleChoiceField(
        label=_("Only these APIs"),
        choices=list(ROUTE_NAMES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The key only reads. None ticked: it reads all APIs that the proxy opens, later ones as well."),
    )
    networks = NetworksField(
        label=_("Only from these networks"),
        help_text=_(
            "One address or network per line, at most 20, such as 192.0.2.7 or 2001:db8::/32. Empty: from anywhere."
        ),
    )
    contact_email = EmailField(
        label=_("Contact"), required=False, help_text=_("Whom to ask about this key, an e-mail address.")
    )
    stored_where = OneLineField(
        label=_("Where is the secret stored?"),
        required=False,
        max_length=200,
        help_text=_("A note for whoever replaces it, for example: vault, path plant4/gateway. Not the secret itself."),
    )

    def clean_routes(self) -> list[str]:
        ticked = self.cleaned_data["routes"]
        return [name for name in ROUTE_NAMES if name in ticked]

    def clean_stored_where(self) -> str:
        note: str = self.cleaned_data["stored_where"]
        if client_secret.PATTERN.search(note):
            raise forms.ValidationError(_("This holds a clientSecret. Write where it is, not what it is."))
        return note

    @property
    def options(self) -> KeyOptions:
        """What was decided; of a valid form."""
        return KeyOptions(**{name: self.cleaned_data[name] for name in OptionsForm.base_fields})


class EditKeyForm(OptionsForm, SeenForm):
    """Changes the options of a key."""

    def __init__(self, key: BindingKey, written: Any = None) -> None:
        held = KeyOptions.of(key)
        shown = {"networks": "\n".join(key.networks), "seen": held.digest}
        super().__init__(written, initial=asdict(held) | shown)
        if key.routes:
            # Who takes the last tick away would open everything, which looks like the opposite.
            routes = self.fields["routes"]
            routes.required, routes.help_text = True, _("The key only reads. To open all of them, tick all.")
            routes.error_messages["required"] = _("Tick at least one. To open all of them, tick all.")


APPROVE, REJECT = "approve", "reject"


class ApprovalForm(forms.Form):
    """Decides about a key that waits."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        choices=[
            (APPROVE, _("Approve: its secret works at once")),
            (REJECT, _("Reject: it is revoked for good, and its name is free again")),
        ],
    )
