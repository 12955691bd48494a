"""The filter of the activity page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.audit.events import Kind, Outcome


class ActivityFilterForm(forms.Form):
    """Narrows the records; everything is optional."""

    KINDS = (
        ("", _("Everything")),
        (Kind.CHANGE.value, _("Changes")),
        (Kind.KEY_USE.value, _("Use of keys")),
        (Kind.SIGN_IN.value, _("Sign-ins")),
    )

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": _("Person, key, clientID, address or request id")}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, required=False)
    outcome = forms.ChoiceField(label=_("Result"), choices=[("", _("All")), *Outcome.choices], required=False)
    subject = forms.RegexField(r"\A(app|key|member|tenant):[a-z0-9]{1,20}\Z", required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)
