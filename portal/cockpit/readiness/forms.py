"""Forms about runs of the readiness checks."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.cockpit.checks.hub_token import LONGEST, HubToken
from portal.cockpit.checks.sign_in import unfit
from portal.cockpit.checks.subject import Subject
from portal.lib.secret import Secret


class VisitForm(forms.Form):
    """Takes a person's token of the Hub, or when none is written the `forwarded` one, which came with the request."""

    token = forms.CharField(
        label=_("Token of the Hub"),
        max_length=LONGEST,
        # Never shown again, and no browser offers to keep it.
        widget=forms.PasswordInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("An access token as the gateway sends it, without the word Bearer."),
    )

    def __init__(self, *args: Any, subject: Subject, forwarded: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._subject, self._forwarded = subject, forwarded
        self.fields["token"].required = not forwarded
        if forwarded:
            self.fields["token"].help_text = _("Leave empty to use yours, which the gateway sends with this page.")

    def clean_token(self) -> Secret:
        """The token, of this tenant and not over."""
        token = HubToken.read(self.cleaned_data["token"] or self._forwarded)
        for why in unfit(token, self._subject, time.time()):
            raise forms.ValidationError(why.text)
        return token.value
