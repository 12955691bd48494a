"""What people write about releases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.cockpit import rules
from portal.cockpit.forms import AS_IT_IS, RuleField, TextField
from portal.cockpit.models import AppVersion, Credentials
from portal.cockpit.waiver_commands import MOST_DAYS
from portal.lib.addresses import normal
from portal.tenants.forms import EmailField


class ReleaseForm(forms.Form):
    """Prepares the release of a version."""

    release_description = TextField(
        label=_("Description of the application"),
        max_length=2000,
        rows=5,
        help_text=_("For those who decide about it, and for those who will use it. At most 2,000 characters."),
    )
    health_component = forms.ChoiceField(label=_("Health endpoint at"))
    health_path = RuleField(
        rules.path,
        label=_("Path of the health endpoint"),
        initial="/health",
        max_length=200,
        widget=forms.TextInput(AS_IT_IS),
        help_text=_("Answers 200 without a sign-in. Insights Hub asks it again and again."),
    )
    credentials = forms.ChoiceField(
        label=_("App credentials"),
        choices=Credentials.choices,
        initial=Credentials.NONE,
        widget=forms.RadioSelect,
        help_text=_("What the application may do at the Hub by itself, without a person."),
    )

    def __init__(self, version: AppVersion, written: Any = None) -> None:
        held = {name: value for name in self.base_fields if (value := getattr(version, name))}
        super().__init__(written, initial=held)
        components = [(one.name, f"{one.name}: {one.url}") for one in version.component_list]
        cast(forms.ChoiceField, self.fields["health_component"]).choices = components


class ReasonForm(forms.Form):
    """Why something goes back to those who made it."""

    reason = TextField(label=_("What has to be changed?"), max_length=2000, rows=5)


class ApprovalForm(forms.Form):
    """Approves a release."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    alternate_email = EmailField(
        label="Alternate Email",
        help_text=_("Of your substitute. Both of you get a mail when the check has ended."),
    )
    accepted = forms.BooleanField(
        label=_("I have read the IMPORTANT NOTICE and accept it"),
        error_messages={"required": _("Read the notice and tick this, or send the release back.")},
    )
    name_typed = forms.CharField(max_length=20, widget=forms.TextInput(AS_IT_IS))

    def __init__(self, version: AppVersion, own_email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name, self.own_email = version.application.internal_name, normal(own_email)
        self.fields["name_typed"].label = _("Type %(name)s to confirm") % {"name": self.name}

    def clean_alternate_email(self) -> str:
        written: str = self.cleaned_data["alternate_email"]
        if written == self.own_email:
            raise forms.ValidationError(_("This is your own address. Write that of somebody who stands in for you."))
        return written

    def clean_name_typed(self) -> str:
        typed: str = self.cleaned_data["name_typed"]
        if typed != self.name:
            raise forms.ValidationError(_("This is not the internal name. Nothing was approved."))
        return typed


class WaiverForm(forms.Form):
    """Accepts what a check finds."""

    reason = TextField(
        label=_("Why is it accepted?"),
        max_length=1000,
        rows=4,
        help_text=_("For who approves the release and for the operator."),
    )
    ends_on = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].help_text = _("At most %(days)d days from now.") % {"days": MOST_DAYS}

    def clean_ends_on(self) -> date:
        written: date = self.cleaned_data["ends_on"]
        today = timezone.localdate()
        if not today <= written <= today + timedelta(days=MOST_DAYS):
            raise forms.ValidationError(
                _("Write a day from today on, at most %(days)d days from now.") % {"days": MOST_DAYS}
            )
        return written


PASS, FAIL = "pass", "fail"


class CheckForm(forms.Form):
    """Says how the check of a release ended."""

    outcome = forms.ChoiceField(
        label=_("How did the check end?"),
        widget=forms.RadioSelect,
        choices=[
            (PASS, _("Ready for assignment: nothing of this version changes any more")),
            (FAIL, _("Remediation required: the developers put right what is written below")),
        ],
    )
    reason = TextField(
        label=_("What has to be changed?"),
        required=False,
        max_length=2000,
        rows=5,
        help_text=_("Only if something has. It stands in the timeline and in a mail."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == FAIL and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", gettext("Write what has to be changed."))
        return cleaned
