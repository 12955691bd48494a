"""What people write about collaborations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets_app.sharing.models import MESSAGE_LENGTH, REASON_LENGTH, today
from assets_app.sharing.notice import notice
from assets_app.sharing.states import CollaborationState
from portal.lib.forms import changed
from portal.tenants.forms import OneLineField, TenantNameField

# No agreement of today says anything about a time beyond this (years).
MOST_YEARS = 20


class EndField(forms.DateField):
    """A last day from tomorrow on, in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        # Browsers know a date in this form alone, whatever the language.
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value: Any) -> date | None:
        written: date | None = super().clean(value)
        latest = today() + timedelta(days=365 * MOST_YEARS)
        if written is not None and not today() < written <= latest:
            raise forms.ValidationError(
                gettext("Write a day from tomorrow on, at most %(years)d years from now.") % {"years": MOST_YEARS}
            )
        return written


class OfferForm(forms.Form):
    """Offers a collaboration. It carries which text of the notice was read, and asks again if that has changed."""

    notice_language = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8)
    notice_digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    name = TenantNameField(help_text=_("Of the other tenant, as its welcome mail of Insights Hub names it."))
    message = OneLineField(
        label=_("Message"),
        required=False,
        max_length=MESSAGE_LENGTH,
        help_text=_("What it is about. Its admins read it on the page of the offer; no secrets here."),
    )
    agreed_end = EndField(
        label=_("Agreed end"),
        required=False,
        help_text=_("The last day, UTC. Empty: it lasts until one side ends it."),
    )
    accepted = forms.BooleanField(
        label=_("I have read the IMPORTANT NOTICE and accept it"),
        error_messages={"required": _("Read the notice and tick this, or do not offer.")},
    )

    def __init__(self, written: QueryDict | None = None) -> None:
        # In the language in which it was read, whatever the reader's is by now.
        self.notice = notice(written.get("notice_language", "") if written else "")
        super().__init__(written, initial=self._read)

    @property
    def _read(self) -> dict[str, str]:
        return {"notice_language": self.notice.language, "notice_digest": self.notice.digest}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if {name: cleaned.get(name) for name in self._read} != self._read:
            self.add_error("accepted", gettext("The notice has changed. Read it as it is now, and accept it again."))
            self.data = changed(self.data, accepted="", **self._read)
        return cleaned


class ReasonForm(forms.Form):
    """Ends something, with a reason that the other side reads."""

    reason = OneLineField(
        label=_("Reason"), max_length=REASON_LENGTH, help_text=_("The other tenant reads it as well.")
    )

    def __init__(self, written: QueryDict | None = None, *, required: bool = False) -> None:
        super().__init__(written)
        self.fields["reason"].required = required


class EndForm(forms.Form):
    """Proposes another agreed end."""

    until = EndField(label=_("New agreed end"), help_text=_("The last day, UTC."))


AGREE, REJECT = "agree", "reject"


class AnswerForm(forms.Form):
    """Answers a proposal with one of two buttons; carries the day that was looked at."""

    until = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
    answer = forms.ChoiceField(choices=[(AGREE, AGREE), (REJECT, REJECT)], widget=forms.HiddenInput)


class CollaborationFilterForm(forms.Form):
    """Narrows the list of collaborations."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *CollaborationState.choices], required=False)
