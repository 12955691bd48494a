"""The page on which people look for leaked secrets of this tenant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal import constants
from portal.access import TenantRequest, tenant_page
from portal.errors import BadRequest
from portal.keys.leaks import commands
from portal.keys.leaks.commands import FoundSecret, recordable
from portal.keys.leaks.upload import takes_one_look
from portal.keys.links import key_url
from portal.keys.queries import secret_state, state_of
from portal.lib.archive_source import PIECE, Budget
from portal.lib.forms import posted
from portal.lib.leaks import Report, look
from portal.permissions import Permission

SALT = "portal.keys.leaks"
# Seconds: as long as the page with the finds can be used.
OFFERED_FOR = 3600
# What the words of `Budget.left_out` mean.
LEFT_OUT: dict[str, str | Promise] = {
    "size": gettext_lazy("It unpacks to more than is looked at."),
    "ratio": gettext_lazy("It unpacks to far more than its size; that is how archives are made that do harm."),
    "entries": gettext_lazy("It holds more files than are looked at."),
    "depth": gettext_lazy("It holds archives in archives that are nested too deep; those were not opened."),
    "time": gettext_lazy("It took too long."),
    "finds": gettext_lazy("It holds so many secrets that not all are listed."),
    "encrypted": gettext_lazy("Parts of it are encrypted."),
    "method": gettext_lazy("Parts of it are packed in a way that cannot be opened here."),
    "damaged": gettext_lazy("Parts of it are damaged."),
}


class _NeverShown(forms.Textarea):
    """What was pasted is not on any page, not even on the one that says what was wrong with it."""

    def format_value(self, value: Any) -> str:
        return ""


class LeakForm(forms.Form):
    """Text or a file that may hold secrets."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        max_length=200_000,
        widget=_NeverShown({"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("A log, a configuration, a mail: whatever may hold a secret."),
    )
    file = forms.FileField(label=gettext_lazy("File"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "Any file, at most %(most)s. Archives are opened, also in each other: zip, tar, gzip, bzip2, xz, and the "
            ".mpk, .mda and .mpr of Mendix. You can drop it here."
        ) % {"most": filesizeformat(constants.LEAK_UPLOAD)}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned.get("text")) == (cleaned.get("file") is not None):
            raise forms.ValidationError(_("Paste a text or choose a file, one of both."))
        return cleaned


@csrf_exempt  # checked by `takes_one_look`, after the right
@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
@takes_one_look
def leaks(request: TenantRequest) -> HttpResponse:
    """Look for secrets. What is sent is kept nowhere; the finds are in the answer to the POST and in the log."""
    data = posted(request)
    form = LeakForm(data, request.FILES if data is not None else None)
    context: dict[str, Any] = {"form": form, "cancel_url": key_url(request, "list")}
    if not form.is_valid():
        return render(request, "keys/leaks.html", context, status=422 if form.is_bound else 200)
    report = _looked(form)
    places = {leak.find.verifier: ", ".join(leak.places) for leak in report.leaks}
    found = commands.recognise(places)
    if found:
        commands.record_leaks(found, by=request.actor)
    return render(request, "keys/leaks.html", context | _result(request, report, found))


def _looked(form: LeakForm) -> Report:
    budget = Budget(
        constants.LEAK_UNPACKED,
        constants.LEAK_ENTRIES,
        constants.LEAK_DEPTH,
        constants.LEAK_RATIO,
        constants.LEAK_SECONDS,
    )
    text, file = form.cleaned_data["text"], form.cleaned_data["file"]
    if file is None:
        return look([text.encode("utf-8", "replace")], _("pasted text"), budget)
    with file:
        return look(iter(lambda: file.read(PIECE), b""), recordable(file.name), budget)


def _result(request: TenantRequest, report: Report, found: list[FoundSecret]) -> dict[str, Any]:
    known = {one.generation.verifier for one in found}
    others = [leak for leak in report.leaks if leak.find.verifier not in known]
    working = {one.key.pk: one.where for one in found if not one.is_over and one.key.disabled_at is None}
    return {
        "form": LeakForm(),
        "looked": True,
        "files": report.files,
        "left_out": [LEFT_OUT[word] for word in report.left_out],
        "found": [_found_row(request, one) for one in found],
        "foreign": [leak for leak in others if leak.find.is_ours],
        "constants": [leak for leak in others if not leak.find.is_ours],
        "offer": signing.dumps(working, salt=f"{SALT}.{request.tenant.pk}") if working else "",
        "disable_url": key_url(request, "disable_leaked"),
        "working": len(working),
    }


def _found_row(request: TenantRequest, one: FoundSecret) -> dict[str, Any]:
    return {
        "url": key_url(request, "detail", one.key.pk),
        "name": one.key.name,
        "number": one.generation.number,
        "hint": one.generation.hint,
        "state": secret_state(
            one.generation, state_of(one.key, one.generation.first_used_at), rolling=False, used=False
        ),
        "works": one.works,
        "where": one.where,
    }


@require_POST
@tenant_page(Permission.KEYS_WRITE)
def disable_leaked(request: TenantRequest) -> HttpResponse:
    """Disable the keys whose secrets were just found; which they are, the page says in a signed field."""
    try:
        places = signing.loads(request.POST.get("offer", ""), salt=f"{SALT}.{request.tenant.pk}", max_age=OFFERED_FOR)
    except signing.BadSignature:
        raise BadRequest from None
    disabled = commands.disable_leaked({int(key): where for key, where in places.items()}, by=request.actor)
    words = ngettext("%(number)d key is disabled.", "%(number)d keys are disabled.", len(disabled))
    messages.success(request, words % {"number": len(disabled)})
    return redirect("keys:list", request.tenant.name)
