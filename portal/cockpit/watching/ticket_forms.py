"""Forms about tickets."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.cockpit.forms import TextField


class TicketForm(forms.Form):
    """Accepts what a ticket is about."""

    reason = TextField(
        label=_("Why is it accepted?"),
        max_length=1000,
        rows=4,
        help_text=_("For everybody who sees the application. It stays with the ticket."),
    )
