"""What people write to hand a key over."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

HOUR = 3600


class HandOverForm(forms.Form):
    """Hands a new secret over to one person."""

    email = forms.EmailField(
        label=_("For whom?"),
        max_length=254,
        help_text=_("E-mail address with which the person signs in to Insights Hub. No membership is needed."),
    )
    hours = forms.TypedChoiceField(
        label=_("How long does the link work?"),
        coerce=int,
        choices=[(1, _("1 hour")), (24, _("24 hours")), (72, _("3 days")), (168, _("7 days"))],
        initial=24,
    )
    old_ends = forms.TypedChoiceField(
        label=_("When does the secret in use end?"),
        coerce=int,
        empty_value=None,
        choices=[
            (HOUR, _("1 hour after the new one was first used")),
            (24 * HOUR, _("24 hours after the new one was first used")),
            (7 * 24 * HOUR, _("7 days after the new one was first used")),
            (0, _("Now: apps that use it fail at once")),
        ],
        initial=24 * HOUR,
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)

    @property
    def old_ends_after(self) -> int | None:
        """Seconds, or None for at once; of a valid form."""
        return self.cleaned_data["old_ends"] or None
