"""What people write when they roll, disable or test a key."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.keys.lifecycle.commands import BrownOut, OldEnd
from portal.keys.models import BindingKey, Incident, SecretGeneration
from portal.tenants.forms import OneLineField

HOUR, DAY = 3600, 24 * 3600
# Choices beside numbers of seconds.
AFTER, OPEN = "after", "open"
MOST_HOURS = 30 * 24


class OldEndForm(forms.Form):
    """When does the old secret end?"""

    ends = forms.ChoiceField(
        label=_("When does the old secret end?"),
        widget=forms.RadioSelect,
        initial=str(DAY),
        choices=[
            ("0", _("Now")),
            (str(HOUR), _("In 1 hour")),
            (str(DAY), _("In 24 hours")),
            (str(7 * DAY), _("In 7 days")),
            (AFTER, _("Some hours after the new one is first used")),
        ],
    )
    hours = forms.IntegerField(
        label=_("How many hours after that?"),
        required=False,
        initial=1,
        min_value=1,
        max_value=MOST_HOURS,
        help_text=_("Only for the last choice. Until the new secret is used, the old one does not end."),
    )

    def clean(self) -> dict[str, Any]:
        written = super().clean() or {}
        if written.get("ends") == AFTER and not self.errors and not written.get("hours"):
            self.add_error("hours", _("Write how many hours."))
        return written

    @property
    def old_end(self) -> OldEnd:
        """What was chosen; of a valid form."""
        chosen: str = self.cleaned_data["ends"]
        if chosen == AFTER:
            return OldEnd(self.cleaned_data["hours"] * HOUR, after_first_use=True)
        return OldEnd(None if chosen == OPEN else int(chosen))


def first_end(key: BindingKey) -> dict[str, Any]:
    """What the form begins with: of a secret that leaked, nothing is to overlap."""
    return {"ends": "0"} if key.disabled_by_incident == Incident.LEAKED else {}


class ChangeOldEndForm(OldEndForm):
    """Another end of the old secret, for a roll that is under way."""

    old = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ends = cast(forms.ChoiceField, self.fields["ends"])
        later = [choice for choice in cast(list[tuple[str, str]], ends.choices) if choice[0] not in {"0", AFTER}]
        after = (AFTER, _("Some hours after the new one is first used"))
        ends.choices = [*later, (OPEN, _("Not by itself: somebody finishes the roll")), after]


def present_end(old: SecretGeneration) -> dict[str, Any]:
    """What the form begins with: the end as it is; a moment is no choice, so none is made."""
    if old.hours_after_next_use is not None:
        return {"old": old.number, "ends": AFTER, "hours": old.hours_after_next_use}
    return {"old": old.number, "ends": "" if old.ends_at else OPEN}


class CancelForm(forms.Form):
    """Which new secret is meant: the page may be older than the roll."""

    new = forms.IntegerField(widget=forms.HiddenInput)


class FinishForm(forms.Form):
    """Which secret is meant: the page may be older than the roll."""

    old = forms.IntegerField(widget=forms.HiddenInput)


class QuietForm(forms.Form):
    """How long nobody may have used the old secret before it is safe to end it."""

    MINUTES = ((5, _("5 minutes")), (60, _("1 hour")), (24 * 60, _("24 hours")), (7 * 24 * 60, _("7 days")))

    quiet = forms.TypedChoiceField(label=_("Safe to finish after a silence of"), choices=MINUTES, coerce=int)


class DisableForm(forms.Form):
    """Wants a reason that the others of the tenant will read."""

    why = OneLineField(label=_("Reason"), max_length=200, help_text=_("Shown on the page of the key and in Activity."))


BROWN_OUTS = {
    "all": (BrownOut(100, 120), _("Every call, for two minutes")),
    "half": (BrownOut(50, HOUR), _("Half of the calls, for one hour")),
    "tenth": (BrownOut(10, HOUR), _("One call in ten, for one hour")),
}


class BrownOutForm(forms.Form):
    """How much is refused, and for how long."""

    what = forms.ChoiceField(
        label=_("What is refused?"),
        widget=forms.RadioSelect,
        initial="all",
        choices=[(name, label) for name, (_brown_out, label) in BROWN_OUTS.items()],
    )

    @property
    def brown_out(self) -> BrownOut:
        """What was chosen; of a valid form."""
        return BROWN_OUTS[self.cleaned_data["what"]][0]
