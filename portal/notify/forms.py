"""The filter of the list of mails."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.notify.models import MailState


class MailFilterForm(forms.Form):
    """Narrows the list of mails."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": _("Recipient")}),
    )
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *MailState.choices], required=False)
