"""What people write about releases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.cockpit import rules
from portal.cockpit.forms import AS_IT_IS, PictureInput, PicturesForm, RuleField, TextField
from portal.cockpit.models import AppVersion, Credentials
from portal.cockpit.readiness.waiver_commands import MOST_DAYS
from portal.cockpit.release.commands import RELEASE_FIELDS
from portal.cockpit.release.notice import notice
from portal.cockpit.release.review import ReviewItem
from portal.lib.addresses import normal
from portal.lib.forms import changed
from portal.lib.images.field import ScreenshotField
from portal.tenants.forms import LANGUAGE_NAMES, EmailField


class ReleaseForm(PicturesForm):
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

    screenshot = ScreenshotField(
        label=_("Screenshot of the first page"),
        required=False,
        widget=PictureInput,
        help_text=_("PNG, JPEG or WebP, taken through the Hub's gateway with its bar on top. Needed to submit."),
    )

    def __init__(self, version: AppVersion, screenshot_url: str, written: Any = None, files: Any = None) -> None:
        held = {name: value for name in RELEASE_FIELDS if (value := getattr(version, name))}
        super().__init__(written, files, initial=held)
        self.show_present("screenshot", screenshot_url)
        components = [(one.name, f"{one.name}: {one.url}") for one in version.component_list]
        cast(forms.ChoiceField, self.fields["health_component"]).choices = components


class ReasonForm(forms.Form):
    """Why something goes back to those who made it."""

    reason = TextField(label=_("What has to be changed?"), max_length=2000, rows=5)


class ApprovalForm(forms.Form):
    """Approves a release. It carries which text of the notice was read, and asks again if that is another one now."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    notice_language = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8)
    notice_digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    alternate_email = EmailField(
        label="Alternate Email",
        help_text=_(
            "Of your substitute, who gets a mail with a link to confirm. Both of you are told when the check has ended."
        ),
    )
    language = forms.ChoiceField(label=_("Language of the mails to this address"), choices=LANGUAGE_NAMES)
    accepted = forms.BooleanField(
        label=_("I have read the IMPORTANT NOTICE and accept it"),
        error_messages={"required": _("Read the notice and tick this, or send the release back.")},
    )
    name_typed = forms.CharField(max_length=20, widget=forms.TextInput(AS_IT_IS))

    def __init__(
        self, version: AppVersion, own_email: str, written: QueryDict | None = None, *, initial: dict[str, Any]
    ) -> None:
        # In the language in which it was read, whatever the reader's is by now.
        self.notice = notice(written.get("notice_language", "") if written else "")
        read = {"notice_language": self.notice.language, "notice_digest": self.notice.digest}
        super().__init__(written, initial=initial | read)
        self.name, self.own_email = version.application.internal_name, normal(own_email)
        self.fields["name_typed"].label = _("Type %(name)s to confirm") % {"name": self.name}

    def clean_alternate_email(self) -> str:
        return _of_somebody_else(self.cleaned_data["alternate_email"], self.own_email)

    def clean_name_typed(self) -> str:
        typed: str = self.cleaned_data["name_typed"]
        if typed != self.name:
            raise forms.ValidationError(_("This is not the internal name. Nothing was approved."))
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        read = cleaned.get("notice_language"), cleaned.get("notice_digest")
        if read != (self.notice.language, self.notice.digest):
            self.add_error("accepted", gettext("The notice has changed. Read it as it is now, and accept it again."))
            present = {"notice_language": self.notice.language, "notice_digest": self.notice.digest}
            self.data = changed(self.data, accepted="", **present)
        return cleaned


class ContactForm(forms.Form):
    """Names another alternate contact."""

    email = EmailField(label="Alternate Email", help_text=_("Of your substitute, who gets a mail with a link."))
    language = forms.ChoiceField(label=_("Language of the mails to this address"), choices=LANGUAGE_NAMES)

    def __init__(self, own_email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_email = normal(own_email)

    def clean_email(self) -> str:
        return _of_somebody_else(self.cleaned_data["email"], self.own_email)


CONFIRM, DECLINE = "confirm", "decline"


class AnswerForm(forms.Form):
    """What the alternate contact answers: one of two buttons."""

    answer = forms.ChoiceField(choices=[(CONFIRM, CONFIRM), (DECLINE, DECLINE)], widget=forms.HiddenInput)


def _of_somebody_else(written: str, own: str) -> str:
    if written == own:
        raise forms.ValidationError(_("This is your own address. Write that of somebody who stands in for you."))
    return written


class MessageForm(forms.Form):
    """Writes a message about a release."""

    text = TextField(label=_("Message"), max_length=2000, rows=4, help_text=_("At most 2,000 characters."))
    asks = forms.BooleanField(label=_("I wait for an answer"), required=False)


class QueueForm(forms.Form):
    """Narrows the operator's list of releases."""

    q = forms.CharField(label=_("Name or tenant"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Waiting for the check")), ("all", _("All"))]
    )


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

    approval = forms.IntegerField(widget=forms.HiddenInput)
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in ReviewItem:
            self.fields[f"item_{item.value}"] = TextField(label=item.label, required=False, max_length=2000, rows=2)

    @property
    def general_fields(self) -> list[forms.BoundField]:
        return [self["outcome"], self["reason"]]

    @property
    def item_fields(self) -> list[forms.BoundField]:
        """What can be returned item by item."""
        return [self[f"item_{item.value}"] for item in ReviewItem]

    @property
    def items_are_open(self) -> bool:
        return any(field.value() or field.errors for field in self.item_fields)

    @property
    def returned(self) -> dict[str, str]:
        """The reasons that were written, by item."""
        written = {item.value: self.cleaned_data.get(f"item_{item.value}", "") for item in ReviewItem}
        return {item: reason for item, reason in written.items() if reason}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        said = cleaned.get("reason") or self.returned
        if cleaned.get("outcome") == FAIL and not said and "reason" not in self.errors:
            self.add_error("reason", gettext("Write what has to be changed."))
        return cleaned
